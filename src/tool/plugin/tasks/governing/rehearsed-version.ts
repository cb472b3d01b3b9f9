import { Contract, ContractFactory, Interface, type JsonRpcProvider, type Wallet } from "ethers";
import { GovernanceBook, type Votes } from "../../../../ecosystem/client/governing/governance.ts";
import { passVote } from "../../../../ecosystem/client/governing/pass-votes.ts";
import { viewsOn } from "../../../../ecosystem/client/governing/read-view.ts";
import { callOfAct } from "../../../../ecosystem/client/governing/registry-acts.ts";
import { senderOn, type Sender } from "../../../../ecosystem/client/sending/submit.ts";
import {
  addVersion,
  readVersion,
  type ChainUpgrades,
  type VersionContent,
} from "../../../../ecosystem/client/governing/upgrade.ts";
import { isProvenVersion } from "../../../../ground/protocol/no-proof.ts";
import { nextGeneration, versionInWords } from "../../../../ground/protocol/protocol-version.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { bundledArtifact } from "../../contract-artifacts.ts";
import { pluginError } from "../../plugin-error.ts";
import { signerOf, type AccountPlace } from "../session/accounts.ts";
import type { Session } from "../session/session.ts";
import { taskWallets } from "../session/task-wallets.ts";

const votesInterface = new Interface(["function getVotes(address account) view returns (uint256)"]);

/**
 * Adds a version that differs from the present one only in its verifier, which is deployed again: as the
 * account that governs, or by the votes of accounts whose keys are available, with the ecosystem's time moved
 * over the delays. `holder` has money there.
 */
export async function addNextVersion(
  session: Session,
  { verifiers, governance, version }: ChainUpgrades,
  { holder, moveTo }: { readonly holder: AccountPlace; readonly moveTo: (second: bigint) => Promise<void> },
): Promise<bigint> {
  const { info, output } = session;
  const l1 = session.provider(info.l1.chainId);
  const present = await readVersion(verifiers, version, l1);
  if (present === undefined) throw new Error(`the registry ${verifiers} does not have version ${versionInWords(version)}`);
  let next = nextGeneration(version);
  while ((await readVersion(verifiers, next, l1)) !== undefined) next = nextGeneration(next);
  const book = new GovernanceBook(verifiers);
  const { votes } = await book.look(l1);
  const deployer = signerOf(session, votes === undefined ? { chainId: info.l1.chainId, account: governance } : holder);
  const content = { ...present, verifier: await deployVerifier(version, present, deployer) };
  if (votes === undefined) await addVersion(verifiers, next, content, await senderOn(deployer, info.l1));
  else {
    const voters = await votersOf(session, votes, l1);
    output.progress(
      `votes decide: proposing version ${versionInWords(next)}, voting, and moving the devnet's time over the vote's delays…`,
    );
    const calls = [callOfAct(verifiers, { type: "addVersion", version: next, content })];
    await passVote({ calls, description: `a rehearsal adds version ${versionInWords(next)}` }, { l1, book, voters, moveTo });
  }
  output.progress(`governance has added version ${versionInWords(next)}, with the verifier ${content.verifier}`);
  return next;
}

async function deployVerifier(version: bigint, { verifier }: VersionContent, deployer: Wallet): Promise<Hex> {
  const isProven = isProvenVersion(version);
  const { abi, bytecode } = await bundledArtifact(isProven ? "StateTransitionVerifier" : "NoProofVerifier");
  // What it checks with is generated for the one proof system that there is.
  const args = isProven ? [(await new Contract(verifier, abi, deployer).getFunction("stark")()) as string] : [];
  const deployed = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
  await deployed.waitForDeployment();
  return (await deployed.getAddress()).toLowerCase() as Hex;
}

/** Accounts with votes, of which the task has the keys. Throws a plugin error where it has no such key. */
async function votersOf({ info }: Session, { token }: Votes, l1: JsonRpcProvider): Promise<readonly [Sender, ...Sender[]]> {
  const { own, development } = taskWallets(info);
  const voters: Sender[] = [];
  for (const wallet of [...own, ...development]) {
    const votes = await viewsOn(l1)<bigint>(token, votesInterface, "getVotes", wallet.address);
    if (votes > 0n) voters.push(await senderOn(wallet.connect(l1), info.l1));
  }
  const [first, ...others] = voters;
  if (first !== undefined) return [first, ...others];
  throw pluginError(
    `votes of ${token} govern, and no available key has any; set HYPERCHAIN_PRIVATE_KEY to a holder's key, or have the version added by hyperchain:governance`,
  );
}
