import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { hexQuantity, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { FRIEND, type NodeHistory } from "./history.ts";
import type { Asked } from "./interview.ts";
import type { AskedNode } from "./node.ts";

interface Schemas {
  readonly methods: Readonly<Record<string, object>>;
  readonly $defs: Readonly<Record<string, object>>;
}

/** Schemas of ethereum/execution-apis; the folder's README has their source. */
const { methods, $defs } = JSON.parse(
  readFileSync(new URL("../../../fixtures/execution-apis/results.json", import.meta.url), "utf8"),
) as Schemas;

/** Differences from the schemas, with reasons. The list only shrinks. */
const KNOWN_SHAPES: readonly { readonly what: RegExp; readonly reason: string }[] = [
  { what: /additionalProperty":"(l1Batch|l2ToL1|logType|transactionLogIndex)/, reason: "ZK Stack's fields" },
  {
    what: /^eth_getBlockByNumber (\/hash|\/nonce|\/transactions\/#\/(blockHash|blockNumber|blockTimestamp|transactionIndex)): type/,
    reason: "the pending block has no hash, and its transactions have no place yet",
  },
  {
    what: /^eth_getTransactionByHash \/(blockHash|blockNumber|blockTimestamp|transactionIndex): type/,
    reason: "a pending transaction has no index, and its notification has none, as on Hardhat's network",
  },
];

/** Reports of alternatives that do not match. Those of the intended alternative are reported separately. */
const OF_ALTERNATIVES = /: (oneOf|anyOf) |: type \{"type":"null"\}$|\/#: type \{"type":"string"\}$/;

/** Answers that differ from Ethereum's specification: method, path and expectation. Also reasons that explain no difference. */
export function misshapen(asked: readonly Asked[]): readonly string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const found = new Set<string>();
  for (const { method, reply } of asked) {
    const schema = methods[method];
    if (schema === undefined || !("result" in reply)) continue;
    const validate = ajv.getSchema(method) ?? ajv.compile({ $id: method, ...schema, $defs });
    if (validate(reply.result) === true) continue;
    for (const { instancePath, keyword, params } of validate.errors ?? [])
      found.add(`${method} ${instancePath.replace(/\/\d+/g, "/#")}: ${keyword} ${JSON.stringify(params)}`);
  }
  const told = [...found].filter((one) => !OF_ALTERNATIVES.test(one));
  const unused = KNOWN_SHAPES.filter(({ what }) => !told.some((one) => what.test(one)));
  return [
    ...told.filter((one) => !KNOWN_SHAPES.some(({ what }) => what.test(one))).sort(),
    ...unused.map(({ reason }) => `a reason explains no difference: ${reason}`),
  ];
}

/** Sends requests that Hardhat's network lacks and Ethereum's specification defines. */
export async function askBeyondHardhat(node: AskedNode, history: NodeHistory): Promise<readonly Asked[]> {
  const { blocks, first, transactions, wallet, token, abi } = history;
  const asked: Asked[] = [];
  const ask = async (method: string, ...params: readonly unknown[]): Promise<void> => {
    asked.push({ method, params, reply: await node.reply(method, params) });
  };
  for (const [index, hash] of blocks.entries()) {
    const number = hexQuantity(BigInt(first + index));
    for (const place of [number, hash]) await ask("eth_getBlockReceipts", place);
    for (const part of ["Block", "Header", "Receipts"]) await ask(`debug_getRaw${part}`, number);
    await ask("debug_traceBlockByNumber", number);
    await ask("debug_traceBlockByHash", hash);
  }
  for (const hash of transactions) await ask("debug_getRawTransaction", hash);
  const call = { from: wallet.address, to: token, data: abi.token.encodeFunctionData("transfer", [FRIEND, 1n]) };
  await ask("eth_config");
  await ask("eth_getStorageValues", { [token]: ["0x0", wordToHex(1n)] }, "latest");
  await ask("eth_createAccessList", call, "latest");
  await ask("eth_createAccessList", { ...call, data: abi.token.encodeFunctionData("transfer", [FRIEND, 9_999n]) }, "latest");
  await ask("eth_simulateV1", { blockStateCalls: [{ calls: [call] }], traceTransfers: true }, "latest");
  await node.ask("evm_setAutomine", false);
  for (const nonce of [wallet.nonce, wallet.nonce + 1])
    await node.ask("eth_sendRawTransaction", await wallet.signRaw({ to: FRIEND, nonce }));
  for (const method of ["txpool_content", "txpool_status"]) await ask(method);
  await ask("txpool_contentFrom", wallet.address);
  return asked;
}
