import type { Chain } from "../../chain.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { fromHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { CallAnswer, SimulatedCall } from "../../questions/asked/question.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import type { AccountOverride } from "../../witness/asked-call.ts";
import { estimatePlace, type BlockContext } from "../calls/asked-place.ts";
import type { Asking } from "../calls/asking.ts";
import { MESSAGE_GAS_MARGIN } from "../calls/calls.ts";
import type { RpcClient } from "../request/dispatch.ts";
import { RpcError } from "../request/json-rpc.ts";
import { SequencerError } from "../../sequencer/sequencer-error.ts";
import { requirePredeploy } from "../../sequencer/missing-predeploys.ts";
import { askedBundle, bundleOf, leastPreVerificationGas, MAX_VERIFICATION_GAS, requireFees, type Carrier } from "./bundle.ts";
import { asksForWholeOperation, executeInterface, senderCreatorOf } from "./entry-points.ts";
import { recipientsOf } from "./recipients.ts";
import { unitGasOf } from "./unit-gas.ts";
import { executionReverted, OperationCode, refusalOf } from "./refusal.ts";
import { pack, type UserOperation } from "./user-operation.ts";

/** Gas limits of an operation; ERC-7769's names. */
interface OperationGas {
  readonly preVerificationGas: bigint;
  readonly verificationGasLimit: bigint;
  readonly callGasLimit: bigint;
  readonly paymasterVerificationGasLimit?: bigint;
  readonly paymasterPostOpGasLimit?: bigint;
}

/** Gas limits of an operation in some block; `unitGas` is the cost of its units beyond the EVM's gas. */
interface FoundLimits extends Omit<OperationGas, "preVerificationGas"> {
  readonly unitGas: bigint;
}

interface EstimateRequest {
  readonly operation: UserOperation;
  readonly entryPoint: Hex;
  readonly overrides: readonly AccountOverride[];
  readonly client: RpcClient | undefined;
}

interface EstimateDependencies {
  readonly chain: Chain;
  readonly ask: Asking;
  readonly carrier: Carrier;
}

/** ERC-7769: no estimate tells it, and paymasters say what they need; this is for those that do not. */
const POST_OP_GAS = 50_000n;
/**
 * Gas that a self-paying account spends on its payment to the EntryPoint, which a check without fees omits: a
 * call with value, an event, and a slot that was 0.
 */
const PAYMENT_GAS = 40_000n;
/**
 * Gas that a paymaster's check spends on the write of its deposit in the EntryPoint, which its limit meters:
 * 2,900 gas if the operation pays (EIP-2929), but 100 in a check without fees, which writes the same value.
 */
const DEPOSIT_GAS = 2_800n;
/** A search ends where its bounds are this near, in gas. */
const END_OF_SEARCH = 2_000n;
/**
 * Additional gas of a byte of signature, which may be 0 only in the placeholder: the difference in EIP-7623's
 * floor, which is the largest.
 */
const SIGNATURE_BYTE_GAS = 30n;
/** On top of what was found: storage may be cold that was warm here, and a signature take another way. */
const MARGIN_PERCENT = 110n;

/**
 * The limits that an operation needs, without its signature: an EntryPoint refuses a wrong one only when all checks have run.
 * Throws RpcError where a check fails otherwise, or the operation's call reverts. Otherwise it refuses what a bundler does,
 * with the same error.
 */
export async function estimateOperation(request: EstimateRequest, dependencies: EstimateDependencies): Promise<OperationGas> {
  const { operation } = request;
  const { chain, carrier } = dependencies;
  const namesFees = operation.maxFeePerGas > 0n || operation.maxPriorityFeePerGas > 0n;
  if (namesFees) requireFees(operation, chain.mempool);
  const trial: UserOperation = {
    ...withoutDelegation(operation),
    verificationGasLimit: MAX_VERIFICATION_GAS,
    paymasterVerificationGasLimit: operation.paymaster === undefined ? 0n : MAX_VERIFICATION_GAS,
    paymasterPostOpGasLimit: operation.paymaster === undefined ? 0n : operation.paymasterPostOpGasLimit || POST_OP_GAS,
    callGasLimit: 0n,
    preVerificationGas: 0n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
  };
  const overrides = [...request.overrides, ...delegated(operation)];
  const { unitGas, verificationGasLimit, callGasLimit, ...sponsor } = await limitsForAll(
    { ...request, operation: trial, overrides },
    dependencies,
  );
  const signatureGas = BigInt(fromHex(operation.signature).length) * SIGNATURE_BYTE_GAS;
  const found = {
    ...trial,
    verificationGasLimit,
    callGasLimit,
    ...sponsor,
    maxFeePerGas: 2n ** 64n,
    maxPriorityFeePerGas: 2n ** 64n,
  };
  const preVerificationGas =
    leastPreVerificationGas({ ...found, preVerificationGas: 2n ** 24n, ...authorizationOf(operation) }, carrier.beneficiary) +
    signatureGas +
    (unitGas * MARGIN_PERCENT) / 100n;
  // No transaction can have more gas than its cap, whatever the limits.
  bundleOf({ ...found, preVerificationGas, ...authorizationOf(operation) }, request.entryPoint, carrier);
  return { preVerificationGas, verificationGasLimit, callGasLimit, ...sponsor };
}

/** Limits that are enough in each block that may hold the operation, if it succeeds there at all; it has to in the likeliest. */
async function limitsForAll(request: EstimateRequest, dependencies: EstimateDependencies): Promise<FoundLimits> {
  const { at, block, otherBlocks } = estimatePlace(dependencies.chain);
  let found = await new Estimate(request, dependencies, { at, block }).limits();
  for (const other of otherBlocks) {
    const estimate = new Estimate(request, dependencies, { at, block: other });
    const more = await estimate.limitsBeyond(found).catch((error: unknown) => {
      if (error instanceof RpcError || error instanceof SequencerError) return undefined;
      throw error;
    });
    if (more !== undefined) found = more;
  }
  return found;
}

/** The estimate of an operation in one block. */
class Estimate {
  readonly #request: EstimateRequest;
  readonly #dependencies: EstimateDependencies;
  readonly #place: BlockContext;

  constructor(request: EstimateRequest, dependencies: EstimateDependencies, place: BlockContext) {
    this.#request = request;
    this.#dependencies = dependencies;
    this.#place = place;
  }

  /** Throws RpcError where a check fails, or the operation's call reverts. */
  async limits(): Promise<FoundLimits> {
    const { operation } = this.#request;
    const checks = await this.requireChecked(operation);
    const verificationGasLimit = await this.lowest("verificationGasLimit");
    const sponsor =
      operation.paymaster === undefined
        ? {}
        : {
            paymasterVerificationGasLimit: await this.lowest("paymasterVerificationGasLimit"),
            paymasterPostOpGasLimit: operation.paymasterPostOpGasLimit,
          };
    return { verificationGasLimit, ...sponsor, ...(await this.call(checks)) };
  }

  /** The larger of these limits and of those that are needed here. Throws as `limits`. */
  async limitsBeyond(foundLimits: FoundLimits): Promise<FoundLimits> {
    if (await this.#suffices(foundLimits)) return foundLimits;
    const more = await this.limits();
    const largest = Object.entries(more).map(([name, gas]) => {
      const other = foundLimits[name as keyof FoundLimits] ?? 0n;
      return [name, other > gas ? other : gas] as const;
    });
    return Object.fromEntries(largest) as unknown as FoundLimits;
  }

  async #suffices({ unitGas, callGasLimit, ...limits }: FoundLimits): Promise<boolean> {
    const { answer, refusal } = await this.#check({ ...this.#request.operation, ...limits });
    if (refusal !== undefined) return false;
    const executed = await this.#execute(callGasLimit);
    if (executed.receipt?.success !== true) return false;
    return unitGasOf(answer, { ...executed, data: this.#request.operation.callData }) <= (unitGas * MARGIN_PERCENT) / 100n;
  }

  /** Simulates the operation's checks. Throws RpcError if they fail, except for its signature. */
  async requireChecked(operation: UserOperation): Promise<CallAnswer> {
    const { answer, refusal } = await this.#check(operation);
    if (refusal !== undefined) throw refusal;
    await this.#requireRecipients(answer);
    return answer;
  }

  /** The least limit with which the checks pass, with a margin. */
  async lowest(limit: "verificationGasLimit" | "paymasterVerificationGasLimit"): Promise<bigint> {
    const { operation } = this.#request;
    const found = await leastOf(0n, MAX_VERIFICATION_GAS, async (gas) => {
      return (await this.#check({ ...operation, [limit]: gas })).refusal === undefined;
    });
    const accountPays = operation.paymaster === undefined ? PAYMENT_GAS : 0n;
    const payment = limit === "verificationGasLimit" ? accountPays : DEPOSIT_GAS;
    const withMargin = (found * MARGIN_PERCENT) / 100n + payment;
    return withMargin < MAX_VERIFICATION_GAS ? withMargin : MAX_VERIFICATION_GAS;
  }

  /**
   * Gas of the EntryPoint's call to the account, with a margin, and what units of it and of its checks cost beyond the EVM's gas.
   * Throws RpcError where it reverts, SequencerError where it takes more units than a transaction may.
   */
  async call(checks: CallAnswer): Promise<{ readonly callGasLimit: bigint; readonly unitGas: bigint }> {
    const full = await this.#execute(TRANSACTION_GAS_CAP);
    if (full.receipt?.success !== true) throw executionReverted(full);
    this.#requireAllowed(full);
    await this.#requireRecipients(full);
    const { gasUsed, logs } = full.receipt;
    const succeeds = async (gas: bigint): Promise<boolean> => (await this.#execute(gas)).receipt?.success === true;
    const near = (gasUsed * 66n) / 64n;
    const found = (await succeeds(near)) ? near : await leastOf(near, TRANSACTION_GAS_CAP, succeeds);
    const sendsMessage = logs.some((log) => log.address === PREDEPLOYS.L1Messenger);
    const callGasLimit = (found * MARGIN_PERCENT) / 100n + (sendsMessage ? MESSAGE_GAS_MARGIN : 0n);
    return { callGasLimit, unitGas: unitGasOf(checks, { ...full, data: this.#request.operation.callData }) };
  }

  async #check(operation: UserOperation): Promise<{ readonly answer: CallAnswer; readonly refusal: RpcError | undefined }> {
    const { entryPoint } = this.#request;
    const { carrier, chain } = this.#dependencies;
    const [answer] = await this.#run([askedBundle(bundleOf(operation, entryPoint, carrier))]);
    if (answer === undefined) throw new TypeError("a simulation of a call answers it");
    this.#requireAllowed(answer);
    const refusal = refusalOf(answer, operation, chain.maxInstructions);
    const isStandIn = refusal?.error.code === OperationCode.wrongSignature;
    return { answer, refusal: isStandIn ? undefined : refusal?.error };
  }

  /** Throws SequencerError where what runs creates contracts that the account may not create. */
  #requireAllowed(answer: CallAnswer): void {
    const asAccount = { from: this.#request.operation.sender, to: undefined, data: "0x" } as const;
    const refusal = this.#dependencies.chain.admission.refusalOfRun(asAccount, answer);
    if (refusal !== undefined) throw refusal;
  }

  /** Throws SequencerError if what runs pays a contract of the OP Stack that the chain does not have. */
  async #requireRecipients(answer: CallAnswer): Promise<void> {
    for (const to of recipientsOf(answer)) await requirePredeploy(to, this.#dependencies.chain.engine.state("now"));
  }

  /** The operation's call as the EntryPoint makes it, after the account's creation where it has a factory. */
  async #execute(gasLimit: bigint): Promise<CallAnswer> {
    const { entryPoint, operation } = this.#request;
    const { sender, factory, factoryData, callData } = operation;
    const plain = { valueWei: 0n, gasPriceWei: 0n, accessList: [], authorizations: [] } as const;
    const creation: readonly SimulatedCall[] =
      factory === undefined
        ? []
        : [{ ...plain, from: senderCreatorOf(entryPoint), to: factory, data: factoryData, gasLimit: TRANSACTION_GAS_CAP }];
    const data = asksForWholeOperation(callData) ? wholeOperation(operation) : callData;
    const answers = await this.#run([...creation, { ...plain, from: entryPoint, to: sender, data, gasLimit }]);
    const last = answers.at(-1);
    if (last === undefined) throw new TypeError("a simulation of calls answers the first");
    return last;
  }

  async #run(calls: readonly SimulatedCall[]): Promise<readonly CallAnswer[]> {
    const { client, overrides } = this.#request;
    const { at, block } = this.#place;
    const blocks = [{ block, overrides, calls }];
    const [answer] = await this.#dependencies.ask("simulate", { at, blocks, logsTransfers: true, checks: "none" }, client);
    return answer?.calls ?? [];
  }
}

/** The least number that is enough, between one that may not be and one that is. */
async function leastOf(tooLittle: bigint, enough: bigint, suffices: (gas: bigint) => Promise<boolean>): Promise<bigint> {
  let [low, high] = [tooLittle, enough];
  while (high - low > END_OF_SEARCH) {
    const middle = (low + high) / 2n;
    if (await suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function wholeOperation(operation: UserOperation): Hex {
  return executeInterface.encodeFunctionData("executeUserOp", [pack(operation), `0x${"00".repeat(32)}`]) as Hex;
}

/** Delegation of the account, applied as if it had been signed, because the signature may be missing. */
function delegated({ authorization, sender }: UserOperation): readonly AccountOverride[] {
  if (authorization === undefined) return [];
  return [{ address: sender, code: `0xef0100${authorization.address.slice(2)}` }];
}

function withoutDelegation({ authorization: _, ...operation }: UserOperation): UserOperation {
  return operation;
}

function authorizationOf({ authorization }: UserOperation): Pick<UserOperation, "authorization"> {
  return authorization === undefined ? {} : { authorization };
}
