import * as v from "valibot";

/** Values of a schema that are described: those that a user writes, or those that follow from them. */
export type Side = "given" | "parsed";

/** Description of one option by its schema. */
export interface Field {
  readonly name: string;
  readonly doc: string;
  /** Default in the spelling of the config, or as text. */
  readonly byDefault: string | undefined;
  readonly isOptional: boolean;
  readonly value: Value;
}

/** Description of an option's value. */
export interface Value {
  /** Description of valid values, as text; undefined for objects. */
  readonly wanted: string | undefined;
  /** TypeScript type, with the interfaces of objects by their names. */
  readonly type: string;
  /** Name of an object's interface. */
  readonly interfaceName: string | undefined;
  readonly fields: readonly Field[];
  /** Value of each entry of a record. */
  readonly each: Value | undefined;
}

/** Any of valibot's schemas, as its plain data. */
interface Schema {
  readonly type: string;
  readonly pipe?: readonly Schema[];
  readonly wrapped?: Schema;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly options?: readonly (Schema | string)[];
  readonly item?: Schema;
  readonly value?: Schema;
  readonly literal?: unknown;
}

interface Told {
  readonly wanted?: string;
  /** TypeScript type of a value that a user writes, and of what follows from it if that is another one. */
  readonly type?: string;
  readonly parsedType?: string;
  readonly name?: string;
  readonly byDefault?: string;
}

/** Reads a schema of options. Throws TypeError for a kind of schema that it does not know. */
export function readValue(schema: v.GenericSchema, side: Side = "given"): Value {
  return valueOf(schema as unknown as Schema, side);
}

function valueOf(schema: Schema, side: Side): Value {
  const { wanted, type, parsedType, name } = told(schema);
  const core = coreOf(schema);
  const each = core.type === "record" && core.value !== undefined ? valueOf(core.value, side) : undefined;
  const fields = Object.entries(core.entries ?? {}).map(([field, entry]) => fieldOf(field, entry, side));
  const interfaceName = side === "given" || name === undefined ? name : parsedName(schema, name, fields);
  return {
    wanted,
    type: (side === "parsed" ? parsedType : undefined) ?? type ?? interfaceName ?? typeOf(core, fields, each, side),
    interfaceName,
    fields,
    each,
  };
}

/** Name of the interface of parsed values: that of given values if both have the same fields. */
function parsedName(schema: Schema, name: string, fields: readonly Field[]): string {
  const given = valueOf(schema, "given").fields;
  const isSame = fields.every(({ isOptional, value: { type } }, index) => {
    const other = given[index];
    return other?.isOptional === isOptional && other.value.type === type;
  });
  return isSame ? name : name.replace(/UserConfig$/, "ParsedConfig");
}

function fieldOf(name: string, entry: Schema, side: Side): Field {
  const isWrapped = entry.type === "optional";
  const schema = isWrapped && entry.wrapped !== undefined ? entry.wrapped : entry;
  const { byDefault } = told(schema);
  return {
    name,
    doc: v.getDescription(schema as unknown as v.GenericSchema) ?? "",
    byDefault: byDefault ?? (entry.default === undefined ? undefined : written(entry.default)),
    isOptional: isWrapped && (side === "given" || entry.default === undefined),
    value: valueOf(schema, side),
  };
}

/** A default as the config's author would write it. */
function written(value: unknown): string {
  const quoted = JSON.stringify(value).replaceAll(/"(\w+)":/g, "$1: ");
  return quoted.replaceAll(/\{(.+)\}/g, "{ $1 }").replaceAll(",", ", ");
}

/** The last schema of a pipe, in which all that was said before is checked already. */
function coreOf(schema: Schema): Schema {
  const steps = schema.pipe?.filter((step) => (step as { readonly kind?: string }).kind === "schema") ?? [];
  const last = steps.at(-1);
  return last === undefined || last === schema ? schema : coreOf(last.pipe?.[0] === last ? { ...last, pipe: [] } : last);
}

function told(schema: Schema): Told {
  const own = v.getMetadata(schema as unknown as v.GenericSchema) as Told;
  const steps = (schema.pipe ?? []).filter((step) => step !== schema && (step as { readonly kind?: string }).kind === "schema");
  return steps.reduce<Told>((sum, step) => ({ ...(step.pipe?.[0] === step ? {} : told(step)), ...sum }), own);
}

function typeOf(core: Schema, fields: readonly Field[], each: Value | undefined, side: Side): string {
  switch (core.type) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return core.type;
    case "literal":
      return JSON.stringify(core.literal);
    case "picklist":
      return (core.options ?? []).map((option) => JSON.stringify(option)).join(" | ");
    case "union":
      return (core.options ?? []).map((option) => valueOf(option as Schema, side).type).join(" | ");
    case "array":
      return core.item === undefined ? "" : `readonly (${valueOf(core.item, side).type})[]`;
    case "record":
      return `Readonly<Record<string, ${each?.type ?? ""}>>`;
    case "strict_object":
      return `{ ${fields.map(({ name, isOptional, value }) => `readonly ${name}${isOptional ? "?" : ""}: ${value.type}`).join("; ")} }`;
    default:
      throw new TypeError(`the reference knows no schema "${core.type}": add it here, or give the schema a type`);
  }
}
