import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "oxfmt";
import { configSchema } from "../../src/ecosystem/options/config.ts";
import { flagName, SPAWN_FLAGS } from "../../src/ecosystem/options/spawn-flags.ts";
import { fields } from "../../src/ecosystem/options/fields/values.ts";
import { IN_PROCESS_KEYS, REMOTE_KEYS, type KeyRow } from "../../src/tool/plugin/config/network-keys.ts";
import { REQUESTS } from "../../src/tool/plugin/api/requests.ts";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";
import { readValue, type Field, type Side, type Value } from "./field.ts";

const REQUEST_TYPES = "src/tool/plugin/api/generated/requests.ts";
const OPTION_HEAD = ["| option | default | allowed | |", "|---|---|---|---|"];
const KEY_HEAD = ["| key | on a network that leads to L1 | on a network that leads to a chain |", "|---|---|---|"];
const REQUEST_HEAD = `// Generated from src/tool/plugin/api/requests.ts by 'npm run generate'.
import type { Announcement } from "../../../../ecosystem/client/messages/announce.ts";
import type { ChainAddressLike } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import type { ChainName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { From, AddressLike } from "../naming/names.ts";
`;
const TYPES = "src/ecosystem/options/generated/user-config.ts";
const PARSED_TYPES = "src/ecosystem/options/generated/parsed-config.ts";
const TYPES_HEAD = `// Generated from src/ecosystem/options/fields by 'npm run generate'.
import type { ComposedData } from "../fields/data-policy.ts";
`;

/** Tables of all options, of the keys of networks and of the command line's options, by their names on the page. */
export function optionTables(): ReadonlyMap<string, string> {
  const flags = readValue(fields(SPAWN_FLAGS)).fields.map((flag) => row(flagName(flag.name), flag));
  const tables: readonly (readonly [name: string, head: readonly string[], rows: readonly string[]])[] = [
    ["options", OPTION_HEAD, rows("", readValue(configSchema))],
    ["flags", OPTION_HEAD, flags],
    ["network keys", KEY_HEAD, Object.entries(IN_PROCESS_KEYS).map(keyRow)],
    ["remote network keys", KEY_HEAD, Object.entries(REMOTE_KEYS).map(keyRow)],
  ];
  return new Map(tables.map(([name, head, lines]) => [name, [...head, ...lines].join("\n")]));
}

/** Types of the config and of requests, as the schemas have them. */
export async function optionTypes(root: string): Promise<readonly GeneratedFile[]> {
  const { printWidth } = JSON.parse(readFileSync(join(root, ".oxfmtrc.json"), "utf8")) as { readonly printWidth: number };
  const source = (path: string, text: string): Promise<GeneratedFile> =>
    format(path, text, { printWidth }).then(({ code }) => ({ path, content: code }));
  const types = `${TYPES_HEAD}\n${interfaces("hyperchains", readValue(configSchema)).join("\n")}`;
  return [
    await source(TYPES, types),
    await source(PARSED_TYPES, parsedTypes()),
    await source(
      REQUEST_TYPES,
      `${REQUEST_HEAD}\n${Object.entries(REQUESTS)
        .flatMap(([name, schema]) => interfaces(name, readValue(schema)))
        .join("\n")}`,
    ),
  ];
}

/** Row of one key of Hardhat's network config. */
function keyRow([key, { l1, chain }]: readonly [string, KeyRow]): string {
  const cells = [l1, chain].map((treatment) => (treatment === "applied" ? treatment : `\`${key}\` ${treatment.refused}`));
  return `| \`${key}\` | ${cells.join(" | ")} |`;
}

function rows(prefix: string, { fields }: Value): readonly string[] {
  return fields.flatMap((field) => {
    const { name, value } = field;
    const inner = value.each === undefined ? value : value.each;
    const below =
      inner.interfaceName === undefined ? [] : rows(`${prefix}${name}.${value.each === undefined ? "" : "x."}`, inner);
    if (below.length > 0 && value.each === undefined) return below;
    return [row(`${prefix}${name}`, field), ...below];
  });
}

function row(name: string, { doc, byDefault, value }: Field): string {
  const cells = [`\`${name}\``, inDefault(byDefault), value.wanted ?? "", doc];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Words stay words; what is written in the config is code. */
function inDefault(byDefault = ""): string {
  return /^(\d+|"[^"]*"|true|false|\[.*\]|\{.*\})$/.test(byDefault) ? `\`${byDefault}\`` : byDefault;
}

/** Types of the config with its defaults. Objects without defaults have the interfaces of the user's config. */
function parsedTypes(): string {
  const parsed = interfaces("hyperchains", readValue(configSchema, "parsed"), "parsed").join("\n");
  const used = [...new Set([...parsed.matchAll(/\b\w+UserConfig\b/g)].map(([name]) => name))].sort();
  return `${TYPES_HEAD}import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ${used.join(", ")} } from "./user-config.ts";

${parsed}`;
}

/**
 * Interfaces of the objects in an option; `path` is its name in the config. Only those of a user's config describe each field: an
 * interface of parsed values stands next to it.
 */
function interfaces(path: string, value: Value, side: Side = "given"): readonly string[] {
  if (value.each !== undefined) return interfaces(`${path}.x`, value.each, side);
  const inner = value.fields.flatMap((field) => interfaces(`${path}.${field.name}`, field.value, side));
  const { interfaceName } = value;
  if (interfaceName === undefined || (side === "parsed" && interfaceName.endsWith("UserConfig"))) return inner;
  const summary = side === "given" ? `/** Options of \`${path}\`. */` : `/** Options of \`${path}\` with their defaults. */`;
  const members = value.fields.map((field) => `${side === "given" ? `${comment(field)}\n` : ""}  readonly ${member(field)};`);
  if (members.length === 0) return [`${summary}\nexport type ${interfaceName} = Readonly<Record<string, never>>;\n`];
  return [`${summary}\nexport interface ${interfaceName} {\n${members.join("\n")}\n}\n`, ...inner];
}

function member({ name, isOptional, value }: Field): string {
  return isOptional ? `${name}?: ${value.type} | undefined` : `${name}: ${value.type}`;
}

function comment({ doc, byDefault, value }: Field): string {
  const lines = [
    ...(doc === "" ? [] : [`${doc.charAt(0).toUpperCase()}${doc.slice(1)}.`]),
    ...(value.wanted === undefined ? [] : [`Allowed: ${value.wanted}.`]),
    ...(byDefault === undefined ? [] : [`Default: ${byDefault}.`]),
  ];
  return `/**\n${lines.map((line) => `   * ${line}`).join("\n")}\n */`;
}
