import * as v from "valibot";

/** Name of a chain in a config. */
export const chainName = v.pipe(
  v.string(),
  // What `0x…@name` can hold, and never a number, which would be a chain id.
  v.check(
    (name) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && name.toLowerCase() !== "l1",
    ({ input }) => `"${input}" cannot name a chain; use letters, digits, - and _, starting with a letter, and not "l1"`,
  ),
);
