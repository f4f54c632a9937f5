/** YAML with line and column of every node. @module */
export {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parse as parseYaml,
  parseDocument,
  type Scalar,
  stringify as stringifyYaml,
  type YAMLMap,
  type YAMLSeq,
} from "npm:yaml@2.9.1";
