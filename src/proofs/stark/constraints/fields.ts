/** Names of the parts of a row or message and how many elements each has, in order. */
export type Fields = Readonly<Record<string, number>>;

/**
 * A value for every field: a single one for a field of one element, else a list of as many as the field has elements. Either
 * where the type does not say how many it has.
 */
export type FieldValues<F extends Fields, T> = {
  readonly [Name in keyof F]: F[Name] extends 1 ? T : number extends F[Name] ? T | readonly T[] : readonly T[];
};

/** Elements of all fields. */
export function elementCount(fields: Fields): number {
  return Object.values(fields).reduce((sum, count) => sum + count, 0);
}

/** Index of each field's first element among all elements. */
export function fieldOffsets<F extends Fields>(fields: F): Readonly<Record<keyof F, number>> {
  let cursor = 0;
  return Object.fromEntries(
    Object.entries(fields).map(([name, count]) => {
      cursor += count;
      return [name, cursor - count];
    }),
  ) as Record<keyof F, number>;
}

/** Throws TypeError or RangeError for names that objects do not keep in order and for invalid counts. */
export function validateFields(owner: string, fields: Fields): void {
  for (const [name, count] of Object.entries(fields)) {
    if (!/^[a-z]\w*$/i.test(name)) throw new TypeError(`${owner} has a field '${name}': a name starts with a letter`);
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`field ${name} of ${owner} has ${count} elements`);
  }
}

/**
 * The elements of all fields, in the fields' order whatever the order in `values`. Throws RangeError that names a field whose
 * number of values is wrong.
 */
export function fieldElements<F extends Fields, T extends object | number>(
  owner: string,
  fields: F,
  values: FieldValues<F, T>,
): T[] {
  const given = values as Readonly<Record<string, T | readonly T[] | undefined>>;
  return Object.entries(fields).flatMap(([name, count]) => {
    const value = given[name];
    const elements = value === undefined ? [] : isList(value) ? value : [value];
    if (elements.length !== count) {
      throw new RangeError(`field ${name} of ${owner} has ${count} elements, got ${elements.length}`);
    }
    return elements;
  });
}

/** Elements by field: what `fieldElements` takes apart. `elements` must be as many as the fields have. */
export function fieldValues<F extends Fields, T>(fields: F, elements: readonly T[]): FieldValues<F, T> {
  let cursor = 0;
  const entries = Object.entries(fields).map(([name, count]) => {
    const own = elements.slice(cursor, (cursor += count));
    return [name, count === 1 ? own[0] : own] as const;
  });
  return Object.fromEntries(entries) as FieldValues<F, T>;
}

/** The names of single elements: `real` for a field of one, `a[3]` for one of several. */
export function elementNames(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, count]) =>
    count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}[${i}]`),
  );
}

function isList<T extends object | number>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
