import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CONSTRAINTS, failing, FIRST_OF_KIND, lie } from "./lies.ts";

/* The other constraints of each kind: `join-split.test.ts` has the first. */
describe("each constraint, deleted alone, has its forgery", () => {
  for (const name of CONSTRAINTS.filter((each) => !FIRST_OF_KIND.includes(each)))
    it(name, () => {
      const { forgery, choices } = lie(name);
      assert.deepEqual(failing(forgery, choices), [name]);
    });
});
