import { resolve } from "node:path";
import { Wallet } from "ethers";
import * as v from "valibot";
import { dataRequestToSign } from "../../../devnet/quorum-member/data-request.ts";
import { dataFolder } from "../../../devnet/held-data/data-folder.ts";
import type { DataHolder } from "../../../devnet/held-data/held-data.ts";
import { privateKey } from "../../../options/fields/values.ts";
import { fromHex, type Hex } from "../../../protocol/hex.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";

/** In hexadecimal digits; a batch has a tenth of it. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What `--data` names, in the order in which it is asked: folders, and nodes that keep the data. Throws a plugin error. */
export async function dataSources(
  sources: string,
  { l1, hyperchain }: { readonly l1: string; readonly hyperchain: Hex },
): Promise<readonly DataHolder[]> {
  const named = sources.split(",").map((source) => source.trim());
  if (named.includes("")) throw pluginError(`--data takes folders and URLs, with commas between them; got '${sources}'`);
  if (!named.some(isUrl)) return named.map((folder) => dataFolder(resolve(folder)));
  const reader = readerKey();
  const settlementChainId = BigInt(String(await callJsonRpc(l1, "eth_chainId")));
  return named.map((source) =>
    isUrl(source) ? dataNode(source, { settlementChainId, hyperchain }, reader) : dataFolder(resolve(source)),
  );
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
