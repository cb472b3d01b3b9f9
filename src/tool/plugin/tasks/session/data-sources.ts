import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Wallet } from "ethers";
import * as v from "valibot";
import { dataRequestToSign } from "../../../../ecosystem/devnet/quorum-member/data-request.ts";
import { dataFolder } from "../../../../ecosystem/devnet/held-data/data-folder.ts";
import { RemoteGuardian } from "../../../../ecosystem/devnet/guardian/guardian-client.ts";
import { decodeLeaves } from "../../../../ecosystem/devnet/guardian/guardian-wire.ts";
import type { DataHolder } from "../../../../ecosystem/devnet/held-data/held-data.ts";
import type { LeafStart } from "../../../../ecosystem/devnet/reconstruction/leaf-start.ts";
import { privateKey } from "../../../../ecosystem/options/fields/values.ts";
import { fromHex, type Hex } from "../../../../ground/protocol/hex.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";

/** In hexadecimal digits; a batch has a tenth of it. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Sources that `--data` names: holders in their order, and the leaves at the start of a rebuild. */
interface DataSources {
  readonly holders: readonly DataHolder[];
  readonly leaves: LeafStart | undefined;
}

/** Path of a guardian's chain after the guardian's URL, and of the chain's leaves. */
const GUARDIAN = /^(https?:\/\/.*)\/(0x[0-9a-f]{40})(\/leaves)?$/;

/**
 * Sources that `--data` names: folders, nodes with the data, guardians, and guardians' leaves at a URL or in a file. Rejects
 * with a plugin error, or with the error of a guardian or file.
 */
export async function dataSources(
  sources: string,
  { l1, hyperchain }: { readonly l1: string; readonly hyperchain: Hex },
): Promise<DataSources> {
  const named = sources.split(",").map((source) => source.trim());
  if (named.includes("")) throw pluginError(`--data takes folders, files and URLs, with commas between them; got '${sources}'`);
  const starts = named.filter(hasLeaves);
  if (starts.length > 1) throw pluginError(`--data takes the leaves of one guardian; got ${starts.join(" and ")}`);
  const [start] = starts;
  const leaves = start === undefined ? undefined : await readLeaves(start);
  const others = named.filter((source) => !hasLeaves(source));
  const isNode = (source: string): boolean => isUrl(source) && !GUARDIAN.test(source);
  if (!others.some(isNode)) return { holders: others.map(openHolder), leaves };
  const reader = readerKey();
  const settlementChainId = BigInt(String(await callJsonRpc(l1, "eth_chainId")));
  const holders = others.map((source) =>
    isNode(source) ? dataNode(source, { settlementChainId, hyperchain }, reader) : openHolder(source),
  );
  return { holders, leaves };
}

function hasLeaves(source: string): boolean {
  if (isUrl(source)) return GUARDIAN.exec(source)?.[3] !== undefined;
  return statSync(resolve(source), { throwIfNoEntry: false })?.isFile() === true;
}

async function readLeaves(source: string): Promise<LeafStart> {
  const guardian = guardianAt(source);
  if (guardian !== undefined) return guardian.leaves();
  try {
    return decodeLeaves(readFileSync(resolve(source), "utf8"));
  } catch (error) {
    throw pluginError(
      `--data names the file ${source}, which has no leaves of a guardian; save the answer of its /leaves there`,
      error,
    );
  }
}

/** A folder, or a guardian. */
function openHolder(source: string): DataHolder {
  return guardianAt(source) ?? dataFolder(resolve(source));
}

function guardianAt(source: string): RemoteGuardian | undefined {
  const [, url, contract] = GUARDIAN.exec(source) ?? [];
  return url === undefined || contract === undefined ? undefined : new RemoteGuardian(url, contract as Hex);
}

function isUrl(source: string): boolean {
  return /^https?:\/\//.test(source);
}

function readerKey(): Wallet {
  const key = process.env["HYPERCHAIN_PRIVATE_KEY"];
  if (!v.is(privateKey, key))
    throw pluginError(
      "who keeps a chain's data gives them to its readers alone: with a URL in --data set HYPERCHAIN_PRIVATE_KEY to a reader's key, 0x and 64 hex digits",
    );
  return new Wallet(key);
}

/** A node that answers `hyperchain_getBatchData`, asked by a reader's signature. */
function dataNode(
  url: string,
  chain: { readonly settlementChainId: bigint; readonly hyperchain: Hex },
  reader: Wallet,
): DataHolder {
  return {
    name: url,
    async read({ batchNumber }) {
      const { domain, types, value } = dataRequestToSign(chain, batchNumber);
      const signature = await reader.signTypedData(domain, types, value);
      const answer = await callJsonRpc(url, "hyperchain_getBatchData", [Number(batchNumber), signature], {
        mostBytes: MOST_BYTES,
      });
      return fromHex(String(answer));
    },
  };
}
