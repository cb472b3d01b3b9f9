import assert from "node:assert/strict";
import { it } from "node:test";
import { type Notification, Subscriptions } from "../../../src/chain/rpc/transport/subscriptions.ts";
import { outsideClient } from "../support/outside-client.ts";

it("an attack by a log of a megabyte that goes to many subscriptions has it written as text once", async () => {
  const ids: string[] = [];
  let tell: (notification: Notification) => void = () => undefined;
  const subscriptions = new Subscriptions({
    request: async () => {
      ids.push(`0x${(ids.length + 1).toString(16)}`);
      return ids.at(-1);
    },
    onNotification(listener) {
      tell = listener;
      return () => undefined;
    },
  });
  const told: string[] = [];
  const methods = subscriptions.methods((text) => told.push(text));
  const { client } = outsideClient();
  for (let i = 0; i < 50; i++) await methods.get("eth_subscribe")!(["logs", {}], client);
  let written = 0;
  const log = (data: string) => ({
    toJSON: () => {
      written++;
      return { data };
    },
  });
  for (const result of [log("0x01"), log("0x02")]) for (const subscription of ids) tell({ subscription, result });
  tell({ subscription: "0xffff", result: log("0x03") });
  tell({ subscription: "0x1", result: "0x04" });
  assert.equal(written, 2);
  const message = (subscription: string, result: unknown): object => ({
    jsonrpc: "2.0",
    method: "eth_subscription",
    params: { subscription, result },
  });
  const expected = [...["0x01", "0x02"].flatMap((data) => ids.map((id) => message(id, { data }))), message("0x1", "0x04")];
  assert.deepEqual(
    told.map((text) => JSON.parse(text) as unknown),
    expected,
  );
});
