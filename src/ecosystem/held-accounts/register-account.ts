import { readFile } from "node:fs/promises";
import type { Provider, Signer } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { RecordFile } from "../../ground/runtime/record-file.ts";
import {
  appendRecord,
  createRecords,
  FILE_WARNING,
  openRecords,
  type FileRecord,
  type HeldAccountName,
  type HeldRegistrationOrder,
} from "./file-records.ts";
import { HeldAccountError } from "./held-account-error.ts";
import { HeldContract } from "./held-contract.ts";

/** Account with the transaction that registered it. */
export interface RegisteredAccount {
  readonly name: HeldAccountName;
  readonly transactionHash: Hex;
}

/**
 * Registers a held account, with its file. The file has the transaction's nonce on disk before the transaction leaves, so the
 * same call with the same file continues after an interruption, and does not register twice. `signer` is on the chain and pays.
 * Rejects with HeldAccountError FileExists, FileMismatch or NoContract, and with the signer's error.
 */
export async function registerHeldAccount(
  path: string,
  owner: Hex,
  signer: Signer & { readonly provider: Provider | null },
): Promise<RegisteredAccount> {
  const contract = await HeldContract.connect(signer);
  const order: HeldRegistrationOrder = {
    chainId: contract.chainId,
    contract: contract.contract,
    owner,
    sender: (await signer.getAddress()).toLowerCase() as Hex,
    nonce: await signer.getNonce("pending"),
  };
  const { file, earlier } = await reserve(path, order);
  try {
    const registered = (await registeredBefore(contract, earlier)) ?? (await register(contract, file, order, earlier));
    const name: HeldAccountName = {
      chainId: order.chainId,
      contract: order.contract,
      number: registered.number,
      owner,
    };
    await appendRecord(file, { kind: "account", warning: FILE_WARNING, ...name });
    return { name, transactionHash: registered.transactionHash };
  } finally {
    await file.close();
  }
}

async function register(
  contract: HeldContract,
  file: RecordFile,
  order: HeldRegistrationOrder,
  earlier: readonly HeldRegistrationOrder[],
) {
  if (earlier.length > 0) await appendRecord(file, recordOf(order));
  return contract.register(order.owner, order.nonce);
}

/** Registration that an interrupted call has sent. */
async function registeredBefore(contract: HeldContract, orders: readonly HeldRegistrationOrder[]) {
  for (const order of orders) {
    const registered = await contract.registrationBy(order);
    if (registered !== undefined) return registered;
  }
  return undefined;
}

/** Creates the file, or opens the file of an interrupted registration. */
async function reserve(
  path: string,
  order: HeldRegistrationOrder,
): Promise<{ readonly file: RecordFile; readonly earlier: readonly HeldRegistrationOrder[] }> {
  try {
    return { file: await createRecords(path, recordOf(order)), earlier: [] };
  } catch (error) {
    if (!(error instanceof HeldAccountError) || error.code !== "FileExists" || !(await isInterrupted(path))) throw error;
  }
  const { file, records } = await openRecords(path, () => undefined);
  const earlier = records.filter((record) => record.kind === "registration");
  const { owner, chainId } = order;
  if (earlier.every((each) => each.owner === owner && each.chainId === chainId)) return { file, earlier };
  await file.close();
  const message = `${path} has the interrupted registration of another owner or chain; name its owner and chain, or another file`;
  throw new HeldAccountError("FileMismatch", message);
}

/** True if a file has orders of a registration alone. The file is only read: it can be any file of the user. */
async function isInterrupted(path: string): Promise<boolean> {
  const lines = (await readFile(path, "utf8")).split("\n").slice(0, -1);
  return lines.length > 0 && lines.every((line) => line.includes(' {"kind":"registration",'));
}

function recordOf(order: HeldRegistrationOrder): FileRecord {
  return { kind: "registration", warning: FILE_WARNING, ...order };
}
