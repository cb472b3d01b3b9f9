import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectionCredentials, credentialsOf, Sessions } from "../../../../src/chain/rpc/access/sessions.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";

const [A, B] = [271n, 272n];
const READER: Hex = `0x${"aa".repeat(20)}`;

function sessionsAt(clock: { ms: number }): Sessions {
  return new Sessions({ nowMs: () => clock.ms });
}

describe("B7: sessions of readers", () => {
  test("one lasts twelve hours, and ends when it is closed", () => {
    const clock = { ms: 0 };
    const sessions = sessionsAt(clock);
    const { token } = sessions.open(A, READER);
    const { token: other } = sessions.open(B, READER);
    assert.deepEqual(sessions.find(token), { chainId: A, account: READER, expiresAtMs: 43_200_000 });
    assert.equal(sessions.close(other), true);
    assert.deepEqual([sessions.find(other), sessions.close(other)], [undefined, false]);
    clock.ms = 43_199_999;
    assert.equal(sessions.find(token)?.account, READER);
    clock.ms++;
    assert.equal(sessions.find(token), undefined);
  });

  test("an account has 16 on a chain: the oldest ends when another is opened, and no other account's", () => {
    const sessions = sessionsAt({ ms: 0 });
    const elsewhere = [sessions.open(B, READER), sessions.open(A, `0x${"bb".repeat(20)}`)];
    const tokens = Array.from({ length: 17 }, () => sessions.open(A, READER).token);
    assert.deepEqual(
      tokens.map((token) => sessions.find(token) !== undefined),
      [false, ...Array.from({ length: 16 }, () => true)],
    );
    assert.ok(elsewhere.every(({ token }) => sessions.find(token) !== undefined));
  });

  test("attack: a token of another process, a guess, and what only looks like a token name nothing", () => {
    const clock = { ms: 0 };
    const sessions = sessionsAt(clock);
    const { token } = sessions.open(A, READER);
    const foreign = sessionsAt(clock).open(A, READER).token;
    for (const guess of [foreign, token.slice(1), `${token}A`, token.toLowerCase(), "", "__proto__"])
      assert.equal(sessions.find(guess), undefined, guess);
  });

  test("a request names tokens in its header: of several chains, with commas, 16 at most", () => {
    const sessions = sessionsAt({ ms: 0 });
    const [a, b] = [sessions.open(A, READER).token, sessions.open(B, READER).token];
    const chains = (authorization: string | undefined): readonly bigint[] =>
      credentialsOf(sessions, { host: "h", authorization })
        .sessions()
        .map(({ chainId }) => chainId);
    assert.deepEqual(chains(`Bearer ${a}, ${b}`), [A, B]);
    assert.deepEqual(chains(`bearer ${b}`), [B]);
    const none = [undefined, "", a, `Basic ${a}`, "Bearer", `Bearer ${"x,".repeat(16)}${a}`, `Bearer ${"x".repeat(8_000)}`];
    for (const header of none) assert.deepEqual(chains(header), [], header);
    assert.equal(credentialsOf(sessions, { authorization: `Bearer ${"x,".repeat(1_000)}` }).tokens.length, 16);
  });

  test("a WebSocket names more later, and keeps the newest 16", () => {
    const sessions = sessionsAt({ ms: 0 });
    const { token } = sessions.open(A, READER);
    const shown = connectionCredentials(sessions, { host: "h" });
    assert.deepEqual(shown.sessions(), []);
    shown.use?.(token);
    assert.equal(shown.sessions().length, 1);
    for (let i = 0; i < 16; i++) shown.use?.(`guess ${i}`);
    assert.deepEqual([shown.sessions().length, shown.tokens.length], [0, 16]);
  });
});
