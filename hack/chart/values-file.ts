import { Document, isMap, isScalar, type YAMLMap } from "yaml";
import { isSection, type SchemaNode } from "./schema.ts";

/** Longest line of a comment, in characters. */
const width = 120;

/** values.yaml: the defaults, each under a comment that says what it is for. */
export function valuesFile(heading: string, schema: SchemaNode, defaults: object): string {
  const document = new Document(defaults, { aliasDuplicateObjects: false });
  if (isMap(document.contents)) comment(document.contents, schema, 0);
  return `${heading}\n${document.toString({ lineWidth: 0 })}`;
}

function comment(map: YAMLMap, node: SchemaNode, depth: number): void {
  for (const pair of map.items) {
    if (!isScalar(pair.key)) continue;
    const member = node.properties?.[String(pair.key.value)];
    if (member === undefined) continue;
    pair.key.commentBefore = wrap(member.description ?? "", width - 2 * depth);
    pair.key.spaceBefore = depth === 0;
    if (isSection(member) && isMap(pair.value)) comment(pair.value, member, depth + 1);
  }
}

function wrap(text: string, most: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    const line = `${lines[last] ?? ""} ${word}`;
    if (line.length <= most || lines[last] === "") lines[last] = line;
    else lines.push(` ${word}`);
  }
  return lines.join("\n");
}
