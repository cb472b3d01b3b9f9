import { AbiCoder, verifyTypedData, type Provider } from "ethers";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { GUARDIAN_REQUEST_TYPES, GUARDIAN_TYPES, GUARDIAN_VALIDITY_SECONDS } from "../../../ground/protocol/guardians.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";
import { availabilityDomain, orderSignatures, quorumDomain } from "../../../ground/protocol/quorum.ts";
import { SettlementError } from "../../../chain/settlement/errors/settlement-error.ts";
import type { TypedDataSigner } from "../../../chain/settlement/signing/signatures.ts";
import type { GuardedBatch } from "./guarded-batch.ts";
import { requestValue } from "./guardian.ts";
import { RemoteGuardian } from "./guardian-client.ts";
import { GuardianError } from "./guardian-error.ts";
import { networkInterface } from "./network-interface.ts";

const coder = AbiCoder.defaultAbiCoder();
const WHOLE_BPS = 10_000n;
/**
 * Earlier batches that a guardian receives for one collection. One that has lost more, or lies, continues with the next batch, so
 * its answers take little of the chain's time.
 */
const MAX_EARLIER_BATCHES = 256n;

/** Network and chain of a collection. */
export interface QuorumDependencies {
  readonly l1: Provider;
  readonly settlementChainId: ChainId;
  /** Contract of the network. */
  readonly network: Hex;
  /** Contract of the chain. */
  readonly hyperchain: Hex;
  /** Validator or admin of the chain, whose requests guardians answer. */
  readonly requester: TypedDataSigner;
  /** An earlier batch, for guardians that lack it. */
  readonly batchOf: (batchNumber: bigint) => Promise<GuardedBatch>;
  /** Keys of guardians that receive earlier batches now: a guardian receives them for one collection at a time. */
  readonly catchingUp: Set<Hex>;
  /** Aborts when the time of every guardian has passed: one that has not signed counts as silent. */
  readonly end: AbortSignal;
}

/** A guardian that L1 counts. */
interface CountedGuardian {
  readonly key: Hex;
  readonly weight: bigint;
  readonly remote: RemoteGuardian;
}

/**
 * Asks all guardians of a network at the same time for signatures of a batch's data, until a second of L1. Weights are those of
 * the second that L1 counts, so no later change makes L1 refuse the signatures. Resolves with the network's policy data when
 * the share of the weight has signed. Rejects with SettlementError, which names each refusal: SignersMissing if the share can be
 * reached when silent guardians return, otherwise QuorumUnreachable.
 */
export async function collectFromGuardians(batch: GuardedBatch, validUntil: bigint, from: QuorumDependencies): Promise<Hex> {
  const { guardians, total, shareBps } = await countedGuardians(from, validUntil - GUARDIAN_VALIDITY_SECONDS);
  const needed = (total * shareBps + WHOLE_BPS - 1n) / WHOLE_BPS;
  const signed: { signer: Hex; signature: Hex }[] = [];
  const refusals: string[] = [];
  let [weight, silentWeight] = [0n, 0n];
  await new Promise<void>((resolve) => {
    let pending = guardians.length;
    if (pending === 0) resolve();
    for (const guardian of guardians) {
      const answered = signatureOf(guardian, batch, validUntil, from).then(
        (signature) => {
          signed.push({ signer: guardian.key, signature });
          weight += guardian.weight;
        },
        (error: unknown) => {
          refusals.push(`${guardian.key}: ${reasonOf(error)}`);
          if (!(error instanceof GuardianError)) silentWeight += guardian.weight;
        },
      );
      void answered.then(() => {
        pending--;
        if (weight >= needed || pending === 0) resolve();
      });
    }
  });
  if (weight >= needed) return coder.encode(["uint64", "bytes[]"], [validUntil, orderSignatures(signed)]) as Hex;
  throw new SettlementError(
    weight + silentWeight >= needed ? "SignersMissing" : "QuorumUnreachable",
    `guardians signed ${percent(weight, total)} %, needed ${Number(shareBps) / 100} %; start guardians that have ended (hyperchain:guardians). A chain with anyOf: [{ guardians }, "rollup"] publishes its data on L1 instead; ` +
      `refused: ${refusals.join("; ")}`,
  );
}

async function countedGuardians({ l1, network, hyperchain }: QuorumDependencies, time: bigint) {
  const ask = async (name: string, ...args: readonly unknown[]): Promise<readonly unknown[]> => {
    const data = networkInterface.encodeFunctionData(name, args);
    return networkInterface.decodeFunctionResult(name, await l1.call({ to: network, data }));
  };
  const [[listed], [counted, weightOf, total], [terms]] = (await Promise.all([
    ask("guardians"),
    ask("weightsAt", time),
    ask("terms"),
  ])) as unknown as [[unknown], [string[], bigint[], bigint], [unknown]];
  const urls = new Map([...(listed as readonly { key: string; url: string }[])].map(({ key, url }) => [key, url]));
  // The decoder's list makes lists of its kind, which differ from arrays if they are empty.
  const guardians = [...counted].flatMap((key, i): CountedGuardian[] => {
    const [url, weight] = [urls.get(key), weightOf[i] ?? 0n];
    if (url === undefined || !/^https?:\/\//.test(url)) return [];
    return [{ key: key.toLowerCase() as Hex, weight, remote: new RemoteGuardian(url, hyperchain) }];
  });
  const { shareBps } = terms as { shareBps: bigint };
  return { guardians, total, shareBps };
}

/** One false signature would make the contract refuse all signatures. */
async function signatureOf(
  { key, remote }: CountedGuardian,
  batch: GuardedBatch,
  validUntil: bigint,
  from: QuorumDependencies,
): Promise<Hex> {
  const { settlementChainId, network } = from;
  const signature = await requestInOrder({ key, remote }, batch, validUntil, from);
  const value = { preCommitment: batch.preCommitment, pubdataHash: hashPubdata(batch.pubdata), validUntil };
  const domain = { ...availabilityDomain(settlementChainId, network) };
  const signer = verifyTypedData(domain, GUARDIAN_TYPES, value, signature).toLowerCase();
  if (signer !== key) throw new SettlementError("SignatureForeign", `the signature is by ${signer}`);
  return signature;
}

/** Sends the batches that the guardian lacks, each once, then this one. */
async function requestInOrder(
  { key, remote }: Pick<CountedGuardian, "key" | "remote">,
  batch: GuardedBatch,
  validUntil: bigint,
  from: QuorumDependencies,
): Promise<Hex> {
  const { settlementChainId, hyperchain, requester, batchOf, catchingUp, end } = from;
  const { batchNumber } = batch.outputs;
  const domain = quorumDomain(settlementChainId, hyperchain);
  const request = async (sent: GuardedBatch): Promise<Hex> => {
    const value = requestValue(sent, validUntil);
    const requestSignature = (await requester.signTypedData(domain, GUARDIAN_REQUEST_TYPES, value)) as Hex;
    return remote.sign({ batch: sent, validUntil, requestSignature }, end);
  };
  try {
    return await request(batch);
  } catch (error) {
    const next = error instanceof GuardianError ? error.nextBatch : undefined;
    if (next === undefined || next >= batchNumber) throw error;
    if (catchingUp.has(key)) throw behind(`${remote.name} lacks batch ${next}, and receives earlier batches now`);
    const last = next + MAX_EARLIER_BATCHES;
    catchingUp.add(key);
    try {
      // A guardian that again lacks a batch has refused: its answers do not choose what comes next.
      for (let missing = next; missing < batchNumber && missing < last; missing++) await request(await batchOf(missing));
    } finally {
      catchingUp.delete(key);
    }
    if (last < batchNumber) throw behind(`${remote.name} lacked batch ${next}; batches up to ${last - 1n} were sent`);
    return request(batch);
  }
}

/** The guardian counts as silent: it may sign a later batch. */
function behind(reason: string): SettlementError {
  return new SettlementError("SignersMissing", `${reason}, and the others follow with the next batch`);
}

function percent(part: bigint, total: bigint): string {
  return total === 0n ? "0" : (Number((part * WHOLE_BPS) / total) / 100).toString();
}
