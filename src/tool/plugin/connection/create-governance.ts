import type { Signer } from "ethers";
import { actToSign, bringAct, signAct, type CouncilAct } from "../../../ecosystem/client/governing/council.ts";
import { ClientError } from "../../../ecosystem/client/ecosystem/client-error.ts";
import { findChain, type ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import {
  GovernanceBook,
  type Proposal,
  type RegistryGovernance,
  type Votes,
} from "../../../ecosystem/client/governing/governance.ts";
import { passVote } from "../../../ecosystem/client/governing/pass-votes.ts";
import type { PlannedCall } from "../../../ecosystem/client/keystore/plan.ts";
import { callOfAct } from "../../../ecosystem/client/governing/registry-acts.ts";
import { ecosystemOf } from "../../../ecosystem/client/ecosystem/settlement-base.ts";
import { senderOn, submit, type Sender } from "../../../ecosystem/client/sending/submit.ts";
import {
  acceptAdmin,
  announceTerms,
  offerAdmin,
  readTerms,
  linkPeers,
  requireChangeable,
  withdrawTerms,
  type TermsOfChain,
} from "../../../ecosystem/client/governing/terms.ts";
import { readUpgrades, readVersion } from "../../../ecosystem/client/governing/upgrade.ts";
import {
  castVote,
  executeProposal,
  propose,
  queueProposal,
  type ProposedCalls,
} from "../../../ecosystem/client/governing/votes.ts";
import { ACCOUNT_NUMBERS } from "../../../ecosystem/devnet/accounts/accounts.ts";
import { DEVELOPMENT_HOLDERS } from "../../../ecosystem/options/fields/governance.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { versionInWords } from "../../../ground/protocol/protocol-version.ts";
import { developmentWallets } from "../development-accounts.ts";
import type { CouncilActs, GovernedAct, Governance } from "../api/governance.ts";
import type { From } from "../api/naming/names.ts";
import type { EcosystemLink } from "./link.ts";

/** `hyperchains.governance`, over the registry of the chains that settle on L1. */
export function createGovernance(link: EcosystemLink): Governance {
  const l1 = link.client(link.info.l1.chainId);
  let book: Promise<GovernanceBook> | undefined;
  const opened = (): Promise<GovernanceBook> => (book ??= openBook(link));
  const look = async (): Promise<RegistryGovernance> => (await opened()).look(l1);
  const sender = (from: From | undefined): Promise<Sender> => senderOf(link, link.info.l1.chainId, from);
  const voting = async (): Promise<Votes & Pick<RegistryGovernance, "verifiers">> => {
    const { votes, verifiers, governance } = await look();
    if (votes !== undefined) return { ...votes, verifiers };
    throw new ClientError("NoVotes", `no votes govern here, but ${governance}: use pass, which acts as that account`);
  };
  const found = async (proposal: bigint): Promise<Proposal & Pick<Votes, "governor">> => {
    const { proposals, governor } = await voting();
    const named = proposals.find(({ id }) => id === proposal);
    if (named !== undefined) return { ...named, governor };
    throw new ClientError("UnknownProposal", `there is no proposal ${proposal}; look() tells those that there are`);
  };
  return {
    look,
    async contentOf(version) {
      const { verifiers } = await look();
      const content = await readVersion(verifiers, version, l1);
      if (content !== undefined) return content;
      throw new ClientError("UnknownVersion", `the registry ${verifiers} has no version ${versionInWords(version)}`);
    },
    async propose(acts, { from, description } = {}) {
      const { governor, verifiers } = await voting();
      return (await propose(governor, proposed(verifiers, acts, description), await sender(from ?? firstHolder(link)))).id;
    },
    async vote(proposal, support = "for", { from } = {}) {
      await castVote((await voting()).governor, proposal, support, await sender(from ?? firstHolder(link)));
    },
    async queue(proposal, { from } = {}) {
      const { governor, ...calls } = await found(proposal);
      await queueProposal(governor, calls, await sender(from));
    },
    async execute(proposal, { from } = {}) {
      const { governor, ...calls } = await found(proposal);
      await executeProposal(governor, calls, await sender(from));
    },
    async pass(acts, { voters = holders(link), description } = {}) {
      const { votes, verifiers, governance } = await look();
      const what = proposed(verifiers, acts, description);
      if (votes === undefined) {
        for (const call of what.calls) await submit(await sender(governance), call);
        return undefined;
      }
      const [first, ...others] = await Promise.all(voters.map(sender));
      if (first === undefined) throw new TypeError("pass needs voters: accounts with votes");
      return passVote(what, { l1, book: await opened(), voters: [first, ...others], moveTo: (second) => moveTo(link, second) });
    },
    council: createCouncil(link, look),
    ...createTerms(link),
  };
}

async function openBook(link: EcosystemLink): Promise<GovernanceBook> {
  const { l1, chains } = link.info;
  const [first] = chains.filter(({ settlesOn }) => settlesOn === undefined);
  if (first === undefined) throw new TypeError("some chain settles on L1");
  const { verifiers } = await readUpgrades(first.hyperchain, link.client(l1.chainId));
  return new GovernanceBook(verifiers, l1.fromBlock);
}

function proposed(verifiers: Hex, acts: GovernedAct | readonly GovernedAct[], description?: string): ProposedCalls {
  const list = "length" in acts ? acts : [acts];
  const calls = list.map((act): PlannedCall =>
    "type" in act ? callOfAct(verifiers, act) : { to: act.to, data: act.data, value: act.value ?? 0n },
  );
  return { calls, description: description ?? "" };
}

function createCouncil(link: EcosystemLink, look: () => Promise<RegistryGovernance>): CouncilActs {
  const { chainId } = link.info.l1;
  const act = async (councilAct: CouncilAct, signers: readonly From[] | undefined): Promise<void> => {
    const { council } = await look();
    if (council === undefined)
      throw new ClientError("NoCouncil", "these contracts have no council; name one by governance.council");
    const members = signers ?? council.members.slice(0, Number(councilAct.type === "softFreeze" ? council.soft : council.hard));
    const toSign = await actToSign(council.address, councilAct, link.client(chainId));
    const signed = members.map(async (member) => signAct(toSign, await signerOf(link, chainId, member)));
    await bringAct(toSign, await Promise.all(signed), await senderOf(link, chainId, undefined));
  };
  return {
    freeze: (versions, seconds, { signers } = {}) => act({ type: "freeze", versions, seconds }, signers),
    softFreeze: (versions, seconds, { signers } = {}) => act({ type: "softFreeze", versions, seconds }, signers),
    unfreeze: (version, { signers } = {}) => act({ type: "unfreeze", version }, signers),
    approveHalt: (version, replacement = 0n, { signers } = {}) => act({ type: "approveHalt", version, replacement }, signers),
  };
}

function createTerms(
  link: EcosystemLink,
): Pick<Governance, "terms" | "announceTerms" | "withdrawTerms" | "offerAdmin" | "acceptAdmin"> {
  const infoOf = (chain: ChainName): EcosystemLink["info"]["chains"][number] => {
    const { chainId } = findChain(link.info, chain);
    const info = link.info.chains.find((each) => each.chainId === chainId);
    if (info === undefined) throw new ClientError("UnknownChain", "L1 has no terms; name a chain");
    return info;
  };
  const of = async (chain: ChainName): Promise<TermsOfChain & { readonly layer: number }> => {
    const info = infoOf(chain);
    const layer = ecosystemOf(link.info, info).l1.chainId;
    return { ...(await readTerms(info.hyperchain, link.client(layer))), layer };
  };
  const asAdmin = async (
    chain: ChainName,
    work: (terms: TermsOfChain, admin: Sender) => Promise<unknown>,
  ): Promise<TermsOfChain> => {
    const { layer, ...known } = await of(chain);
    await work(known, await senderOf(link, layer, known.admin));
    return of(chain);
  };
  return {
    terms: of,
    async announceTerms(chain, changes) {
      const info = infoOf(chain);
      requireChangeable(info, changes, linkPeers(info.name, link.info.chains));
      return asAdmin(chain, (terms, admin) => announceTerms(terms, changes, admin));
    },
    withdrawTerms: (chain) => asAdmin(chain, withdrawTerms),
    async offerAdmin(chain, to) {
      await asAdmin(chain, (terms, admin) => offerAdmin(terms, addressOf(to), admin));
    },
    async acceptAdmin(chain, from) {
      const { layer, ...known } = await of(chain);
      await acceptAdmin(known, await senderOf(link, layer, from));
    },
  };
}

async function senderOf(link: EcosystemLink, chainId: number, from: From | undefined): Promise<Sender> {
  const { name } = link.member(chainId);
  return senderOn(await signerOf(link, chainId, from), { name, chainId });
}

/** Operators' keys, which are admins', are on no connection: they follow from the development phrase. */
async function signerOf(link: EcosystemLink, chainId: number, from: From | undefined): Promise<Signer> {
  const address = from === undefined ? undefined : addressOf(from);
  const wallet = developmentWallets(link.info.accounts.mnemonic).find((each) => each.address.toLowerCase() === address);
  return wallet?.connect(link.client(chainId)) ?? link.signer(chainId, from);
}

function addressOf(account: From): Hex {
  return (typeof account === "object" ? account.address : account).toLowerCase() as Hex;
}

function holders({ info }: EcosystemLink): readonly Hex[] {
  const { firstHolder: first } = ACCOUNT_NUMBERS;
  return developmentWallets(info.accounts.mnemonic)
    .slice(first, first + DEVELOPMENT_HOLDERS)
    .map(({ address }) => address.toLowerCase() as Hex);
}

function firstHolder(link: EcosystemLink): Hex | undefined {
  return holders(link)[0];
}

/** Mines a block of L1 at that second, unless L1 has reached it. */
async function moveTo({ l1, client }: EcosystemLink, second: bigint): Promise<void> {
  const newest = BigInt((await client(l1.chainId).getBlock("latest"))?.timestamp ?? 0);
  if (newest >= second) return;
  await l1.provider.request({ method: "evm_setNextBlockTimestamp", params: [`0x${second.toString(16)}`] });
  await l1.provider.request({ method: "evm_mine", params: [] });
}
