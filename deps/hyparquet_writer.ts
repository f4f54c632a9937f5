/**
 * Parquet files.
 *
 * From the package's parts, not its index: that brings a writer of files that overwrites what is there. @module
 */
export { ByteWriter } from "npm:hyparquet-writer@0.17.0/src/bytewriter.js";
export { ParquetWriter } from "npm:hyparquet-writer@0.17.0/src/parquet-writer.js";
