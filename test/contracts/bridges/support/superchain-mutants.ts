import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SUPERCHAIN } from "../../../../src/ground/protocol/superchain.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const FOLDER = "contracts/bridges/superchain";
const solc = createRequire(import.meta.url)("solc") as {
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string;
};

/** A contract with one statement or check less. */
export interface SuperchainMutant {
  readonly contract: string;
  readonly address: string;
  /** Removed code, and its location. */
  readonly without: string;
  readonly source: string;
}

/** Checks, and the statements that store their inputs; each is on a separate line. */
const LEFT_OUT = [
  /^ *if \(.*\) revert .*;$/,
  /^ *(isProven|successfulMessages|sentMessages)\[.*\] = .*;$/,
  /^ *(\+\+nextNonce|\+\+backed\[.*\]|--backed\[.*\]);$/,
  /^ *\(entered, currentSender, currentSource\) = .*;$/,
  /^ *_requireTarget\(target\);$/,
  /^ *if \(!entered\) revert NotEntered\(\);$/,
  /^ *IERC7802\(token\)\.crosschain(Burn|Mint)\(.*\);$/,
  /^ *ICrossL2Inbox\(.*\)\.validateMessage\(.*\);$/,
  /^ *hash = MESSENGER\.sendMessage\(.*\);$/,
  /^ *emit .*;$/,
];
/** Conditions without one of their parts. */
const WEAKENED: readonly (readonly [string, string])[] = [
  ["!complete || ", ""],
  ["complete || bytes32", "complete && bytes32"],
  [" || bytes32(sentMessage[:32]) != SentMessage.selector", ""],
  ["lt(spent, MOST_WARM_READ_GAS)", "1"],
  ["token.code.length != 0 && ", ""],
  [" && _supports(token, type(IERC7802).interfaceId)", ""],
  [" && !_supports(token, 0xffffffff)", ""],
  [" && _supports(token, IERC165_ID)", ""],
  [", id.chainId, msgHash)", ", msgHash)"],
  ["id.origin, id.blockNumber, id.timestamp, id.chainId", "id.blockNumber, id.timestamp, id.chainId"],
  ["id.origin, id.blockNumber, id.timestamp, id.chainId", "id.origin, id.timestamp, id.chainId"],
  ["id.origin, id.blockNumber, id.timestamp, id.chainId", "id.origin, id.blockNumber, id.chainId"],
  ["abi.encode(source, from, to, amount)", "abi.encode(from, to, amount)"],
  ["abi.encode(source, from, to, amount)", "abi.encode(source, to, amount)"],
  ["abi.encode(source, from, to, amount)", "abi.encode(source, from, amount)"],
  ["abi.encode(source, from, to, amount)", "abi.encode(source, from, to)"],
  ["block.chainid, id.chainId, nonce, sender", "block.chainid, nonce, sender"],
  ["call{value: msg.value}", "call"],
  ["sendMessage{value: msg.value}", "sendMessage"],
];

export function superchainMutants(): SuperchainMutant[] {
  return Object.entries(SUPERCHAIN).flatMap(([contract, address]) => {
    const source = readFileSync(join(ROOT, FOLDER, `${contract}.sol`), "utf8");
    const lines = source.split("\n");
    const without = lines.flatMap((line, i) =>
      LEFT_OUT.some((pattern) => pattern.test(line))
        ? [{ contract, address, without: `line ${i + 1}, ${line.trim()}`, source: lines.with(i, "").join("\n") }]
        : [],
    );
    const weakened = WEAKENED.filter(([part]) => source.includes(part)).map(([part, instead]) => ({
      ...{ contract, address, without: `"${part}", "${instead}" in its place`, source: source.replaceAll(part, instead) },
    }));
    return [...without, ...weakened];
  });
}

/** Codes at the mutants' addresses. Throws if one does not compile, because it is not a mutant then. */
export function codesOf(mutants: readonly SuperchainMutant[]): string[] {
  const placeOf = (contract: string, number: number): string => `${FOLDER}/${contract}-${number}.sol`;
  const places = mutants.map(({ contract, source }, i) => [placeOf(contract, i), { content: source }]);
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(places) as object,
    settings: {
      evmVersion: "osaka",
      optimizer: { enabled: true, runs: 1000 },
      outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } },
    },
  };
  const read = (path: string) => ({ contents: readFileSync(join(ROOT, path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as {
    readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
    readonly contracts?: Record<string, Record<string, { evm: { deployedBytecode: { object: string } } }>>;
  };
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return mutants.map(
    ({ contract }, i) => `0x${output.contracts?.[placeOf(contract, i)]?.[contract]?.evm.deployedBytecode.object ?? ""}`,
  );
}
