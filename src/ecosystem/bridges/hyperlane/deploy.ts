import { getCreateAddress } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BridgeMember, GatewayTo } from "../bridge-member.ts";
import { CALL_GAS, connectPeers, stepTowards } from "../connect-peers.ts";
import { createStep, deployFixed, idChanged, setUpFailed, WEI_PER_GAS, type Transmit } from "../fixed-deployment.ts";
import { publishedCode, type OwnArtifacts } from "../published-code.ts";
import { mailbox, PACKAGES, provenHook, PUBLISHED_MAILBOX } from "./interfaces.ts";

/** Addresses of the contracts, the same on every member, since one key creates them in one order. */
export interface HyperlaneContracts {
  readonly mailbox: Hex;
  /** The mailbox's default hook, and its default security module. */
  readonly hook: Hex;
  /** Required hook, which runs for each message and does nothing. */
  readonly requiredHook: Hex;
}

/** Creation code of the contracts; Hyperlane's comes from the project's packages. */
type HyperlaneCode = Readonly<Record<keyof HyperlaneContracts, string>>;

/** Rejects with PublishedCodeError. `folder` is the project's. */
export async function hyperlaneCode(folder: string, artifacts: OwnArtifacts): Promise<HyperlaneCode> {
  return {
    mailbox: publishedCode(folder, PUBLISHED_MAILBOX, PACKAGES),
    hook: (await artifacts("ProvenHook")).bytecode,
    requiredHook: (await artifacts("FreeHook")).bytecode,
  };
}

/** The key's first three transactions create them. */
export function hyperlaneContracts(operator: string): HyperlaneContracts {
  const at = (nonce: number): Hex => getCreateAddress({ from: operator, nonce }).toLowerCase() as Hex;
  return { mailbox: at(0), hook: at(1), requiredHook: at(2) };
}

/** Puts the contracts on a member, or what is missing of them. Rejects with BridgeSetUpError. */
export async function deployHyperlane(member: BridgeMember, code: HyperlaneCode, transmit: Transmit): Promise<void> {
  const operator = member.wallet.address;
  const { mailbox: at, hook, requiredHook } = hyperlaneContracts(operator);
  const steps = [
    createStep("the mailbox", code.mailbox, ["uint32"], [member.id]),
    createStep("the hook", code.hook, ["address", "address"], [operator, at]),
    createStep("the required hook", code.requiredHook, [], []),
    {
      what: "begin the mailbox",
      transaction: {
        to: at,
        data: mailbox.encodeFunctionData("initialize", [operator, hook, hook, requiredHook]),
        gasLimit: CALL_GAS,
      },
    },
  ];
  const isThere = async (): Promise<boolean> => (await member.provider.getCode(requiredHook)) !== "0x";
  await deployFixed(member, steps, isThere, transmit);
  const domain = BigInt(await member.provider.call({ to: at, data: mailbox.encodeFunctionData("localDomain") }));
  if (domain !== member.id) throw idChanged("Hyperlane", member, domain);
  await requireBegun(member);
}

/**
 * Rejects an existing mailbox that another account has initialized: it accepts whatever messages that
 * account's module accepts. Any account may initialize a new mailbox. Rejects with BridgeSetUpError
 * SetUpFailed, at each start.
 */
async function requireBegun({ name, provider, wallet }: BridgeMember): Promise<void> {
  const { mailbox: at, hook, requiredHook } = hyperlaneContracts(wallet.address);
  const begun = { owner: wallet.address.toLowerCase(), defaultIsm: hook, defaultHook: hook, requiredHook };
  await Promise.all(
    Object.entries(begun).map(async ([setting, expected]) => {
      const answer = await provider.call({ to: at, data: mailbox.encodeFunctionData(setting) });
      const actual = `0x${answer.slice(-40)}`;
      if (actual === expected) return;
      const other = `its ${setting} is ${actual}, not ${expected}: another account was faster`;
      throw setUpFailed(`the mailbox ${at} on ${name} was not begun by the bridge's key (${other}); start a new ecosystem`);
    }),
  );
}

/**
 * Connects each member with each other one; existing connections are unchanged. Rejects with
 * BridgeSetUpError.
 */
export function connectHyperlane(members: readonly BridgeMember[], gatewayTo: GatewayTo, transmit: Transmit): Promise<void> {
  const [first] = members;
  if (first === undefined) return Promise.resolve();
  const { hook: peer } = hyperlaneContracts(first.wallet.address);
  const setPrice = (there: BridgeMember): string =>
    provenHook.encodeFunctionData("setPrice", [there.id, there.isL1 ? WEI_PER_GAS.l1 : WEI_PER_GAS.chain]);
  return connectPeers(members, {
    peer,
    gatewayTo,
    transmit,
    stepsTowards: (_here, others) => Promise.resolve(others.map((there) => stepTowards(there, peer, setPrice(there)))),
  });
}
