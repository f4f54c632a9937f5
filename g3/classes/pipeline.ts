/** What a pipeline writes about itself (g3 3.11). @module */
import type { G3Class } from "../class_table.ts";
import type { G3ModuleArg, G3ModuleConfig, G3PipelineInfo } from "../objects.ts";
import { readEntries, writeEntries } from "./maps.ts";

/** `G3ModuleArg`. */
export const G3_MODULE_ARG: G3Class<G3ModuleArg> = {
  name: "G3ModuleArg",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    const repr = reader.text();
    return { class: "G3ModuleArg", repr, object: reader.pointer() };
  },
  write(writer, { repr, object }) {
    writer.frameObject();
    writer.text(repr);
    writer.pointer(object);
  },
};

/** `G3ModuleConfig`: version 1 had either an object or its text. */
export const G3_MODULE_CONFIG: G3Class<G3ModuleConfig> = {
  name: "G3ModuleConfig",
  readable: 2,
  written: 2,
  read(reader, version) {
    reader.frameObject();
    const modname = reader.text();
    const instancename = reader.text();
    const args = readEntries(reader, reader.count(9), (): G3ModuleArg => {
      if (version > 1) return reader.object(G3_MODULE_ARG);
      return reader.bool()
        ? { class: "G3ModuleArg", repr: "", object: reader.pointer() }
        : { class: "G3ModuleArg", repr: reader.text(), object: null };
    });
    return { class: "G3ModuleConfig", modname, instancename, arguments: args };
  },
  write(writer, { modname, instancename, arguments: args }) {
    writer.frameObject();
    writer.text(modname);
    writer.text(instancename);
    writeEntries(writer, args, (argument) => writer.object(G3_MODULE_ARG, argument));
  },
};

/** `G3PipelineInfo`: version 1 lacks the last string. */
export const G3_PIPELINE_INFO: G3Class<G3PipelineInfo> = {
  name: "G3PipelineInfo",
  readable: 2,
  written: 2,
  read(reader, version) {
    reader.frameObject();
    const [vcsUrl, vcsBranch, vcsRevision] = [reader.text(), reader.text(), reader.text()];
    const vcsLocalDiffs = reader.bool();
    const [vcsVersionName, vcsGitHash] = [reader.text(), reader.text()];
    const [hostname, user] = [reader.text(), reader.text()];
    const modules: G3ModuleConfig[] = [];
    for (let left = reader.count(24); left > 0; left--) modules.push(reader.object(G3_MODULE_CONFIG));
    return {
      class: "G3PipelineInfo",
      ...{
        vcsUrl,
        vcsBranch,
        vcsRevision,
        vcsLocalDiffs,
        vcsVersionName,
        vcsGitHash,
        hostname,
        user,
        modules,
      },
      vcsFullVersion: version > 1 ? reader.text() : "",
    };
  },
  write(writer, info) {
    writer.frameObject();
    for (const text of [info.vcsUrl, info.vcsBranch, info.vcsRevision]) writer.text(text);
    writer.bool(info.vcsLocalDiffs);
    for (const text of [info.vcsVersionName, info.vcsGitHash, info.hostname, info.user]) writer.text(text);
    writer.count(info.modules.length);
    for (const module of info.modules) writer.object(G3_MODULE_CONFIG, module);
    writer.text(info.vcsFullVersion);
  },
};
