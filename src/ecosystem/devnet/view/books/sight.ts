import type { RpcClient } from "../../../../chain/rpc/request/dispatch.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { ChainStatus, EcosystemStatus, MessageInfo } from "./ecosystem-info.ts";

/** Of which its gate knows the readers. */
export type GatedChain = Pick<DevnetChain, "chainId" | "gate">;
/** What a message's visibility depends on. */
type Crossing = Pick<MessageInfo, "sourceChainId" | "destinationChainId">;

/** What of an ecosystem one client may see, whichever member it asks. */
export interface Sight {
  chain(chainId: number): boolean;
  /** A message is of both its chains. */
  message(message: Crossing): boolean;
  status(status: EcosystemStatus): EcosystemStatus;
  /** Throws RpcError SessionRequired or SessionUnknown where the client may not read the chain, or one of all. */
  require(chainId?: bigint): void;
}

export function sightOf(chains: readonly GatedChain[], client: RpcClient | undefined): Sight {
  const hidden = chains.filter(({ gate }) => !gate.mayRead(client));
  const ids = new Set(hidden.map(({ chainId }) => Number(chainId)));
  const chain = (chainId: number): boolean => !ids.has(chainId);
  const message = ({ sourceChainId, destinationChainId }: Crossing): boolean => chain(sourceChainId) && chain(destinationChainId);
  return {
    chain,
    message,
    status(status) {
      if (ids.size === 0) return status;
      return {
        ...status,
        chains: status.chains.map((each) => (chain(each.chainId) ? each : withoutWords(each))),
        messages: {
          ...status.messages,
          ready: status.messages.ready.filter(message),
          stuck: status.messages.stuck.filter(message),
        },
      };
    },
    require(chainId) {
      const [first] = hidden.filter((each) => chainId === undefined || each.chainId === chainId);
      if (first !== undefined) throw first.gate.refusal(client);
    },
  };
}

/** What L1 shows too, which is how much is in batches and not when it was sent. Errors in words may name accounts. */
function withoutWords({
  fault,
  waitsFor: _waitsFor,
  stuck: _stuck,
  transactionsPerSecond: _rate,
  execution,
  ...others
}: ChainStatus): ChainStatus {
  const shown = { ...others, ...(execution === undefined ? {} : { execution: withoutDetails(execution) }) };
  return fault === undefined ? shown : { ...shown, fault: "the chain is paused; its readers get the reason" };
}

/** A reason's detail may name what a transaction did. */
function withoutDetails(execution: NonNullable<ChainStatus["execution"]>): NonNullable<ChainStatus["execution"]> {
  const unproven = execution.unproven.map((each) => ({ ...each, detail: "the chain's readers are told more" }));
  return { ...execution, unproven };
}
