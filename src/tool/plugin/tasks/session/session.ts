import { FetchRequest, type JsonRpcProvider } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { findChain, isL1, type ChainName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { ecosystemBetween, ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import type { ContractNames } from "../../../../ecosystem/client/sending/revert-reason.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { connectHttp } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import { findEcosystem, type Effect } from "../../discovery/find-ecosystem.ts";
import { callJsonRpc, type AnswerLimits } from "../../discovery/json-rpc.ts";
import { DEFAULT_L1_PORT } from "../../../../ecosystem/options/fields/l1.ts";
import { projectNames } from "../../project-names.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { createOutput, warning, type Output } from "./output.ts";
import { openReaderSessions } from "./reader-sessions.ts";
import { explained } from "./task-error.ts";

/** A running ecosystem, as a task uses it. */
export interface Session {
  readonly info: EcosystemInfo;
  readonly url: string;
  readonly output: Output;
  /** A member's provider. Throws ClientError UnknownChain. */
  provider(member: ChainName): JsonRpcProvider;
  /** Asks a chain, for no longer and no more than the limits say. Rejects as `callJsonRpc`. */
  ask(chainId: number, method: string, params: readonly unknown[], limits: AnswerLimits): Promise<unknown>;
  /** Names of errors and functions in the project's contracts. */
  names(): Promise<ContractNames>;
  /** Calls a method of the ecosystem. */
  request(method: string, ...params: readonly unknown[]): Promise<unknown>;
  /** The session with the chains that the ecosystem has now. Rejects as `request`. */
  renewed(): Promise<Session>;
}

/** The session as a chain's neighbours see it: its L1 is what the chain settles on. Throws ClientError UnknownChain. */
export function sessionOf(session: Session, chainId: number): Session {
  const { info } = session;
  return { ...session, info: ecosystemOf(info, findChain(info, chainId)) };
}

/** Likewise for an order from one member to another. Throws ClientError OtherSettlementLayer where no layer is common to both. */
export function sessionBetween(session: Session, source: number, destination: number): Session {
  return { ...session, info: ecosystemBetween(session.info, source, destination) };
}

/**
 * Finds the running ecosystem, does the task's work with it, and closes every connection. Faults become messages for users. A
 * task that acts does so on no ecosystem of another project unless a URL names it.
 */
export async function withEcosystem(
  { url, json }: EcosystemArguments,
  hre: HardhatRuntimeEnvironment,
  effect: Effect,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const { hyperchains, paths } = hre.config;
  const found = await findEcosystem({
    url,
    configured: hyperchains.url,
    port: hyperchains.l1.port ?? DEFAULT_L1_PORT,
    project: paths.root,
    environment: process.env,
    effect,
  });
  const { info } = found;
  const readers = await openReaderSessions(info, { isNamed: found.notice === undefined }).catch((error: unknown) => {
    throw explained(error);
  });
  const { authorization } = readers;
  const providers = new Map<number, JsonRpcProvider>();
  const output = createOutput(json);
  if (found.notice !== undefined) output.progress(warning(found.notice));
  if (info.prover.mode === "none") output.progress(warning(`NOTHING IS PROVEN in ${info.name}: its prover is off`));
  for (const reason of readers.missing) output.progress(warning(reason));
  const request = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    callJsonRpc(found.url, method, params, { authorization });
  const names = projectNames(hre.artifacts);
  const sessionWith = (info: EcosystemInfo): Session => ({
    info,
    url: found.url,
    output,
    provider(name) {
      const member = isL1(info, name) ? info.l1 : { ...findChain(info, name), url: urlOf(info, name) };
      const provider =
        providers.get(member.chainId) ?? connectHttp(BigInt(member.chainId), authorized(member.url, authorization));
      providers.set(member.chainId, provider);
      return provider;
    },
    ask: (chainId, method, params, limits) => callJsonRpc(urlOf(info, chainId), method, params, { ...limits, authorization }),
    names,
    request,
    renewed: async () => sessionWith((await request("hyperchain_info")) as EcosystemInfo),
  });
  try {
    await work(sessionWith(info));
  } catch (error) {
    throw explained(error);
  } finally {
    for (const provider of providers.values()) provider.destroy();
    await readers.close();
  }
}

function authorized(url: string, authorization: string | undefined): FetchRequest {
  const request = new FetchRequest(url);
  if (authorization !== undefined) request.setHeader("authorization", authorization);
  return request;
}

function urlOf(info: EcosystemInfo, name: ChainName): string {
  const { chainId } = findChain(info, name);
  return info.chains.find((chain) => chain.chainId === chainId)?.url ?? info.l1.url;
}
