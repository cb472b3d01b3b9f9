import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { search } from "./support/search.ts";

describe("all states of the model of votes", () => {
  it("have no fork in two views, whatever one liar of four does", () => {
    const { hasFork, states } = search({ views: 2 });
    assert.equal(hasFork, false);
    assert.ok(states > 10_000, `${states} states`);
  });

  for (const without of ["nullified between", "finalize after nullify", "nullify after finalize"] as const) {
    it(`have a fork without the rule "${without}"`, () => {
      assert.equal(search({ views: 2, without }).hasFork, true);
    });
  }

  it("have a fork with a second liar, and with a quorum of two", () => {
    assert.equal(search({ views: 2, liars: 2 }).hasFork, true);
    assert.equal(search({ views: 2, quorum: 2 }).hasFork, true);
  });
});
