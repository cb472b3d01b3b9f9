import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { l1Request } from "../../../src/ecosystem/devnet/l1/request/l1-request.ts";
import { connectHttp } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import { noProofMarker } from "../../../src/ground/protocol/no-proof.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { openFileJournal } from "../../../src/chain/settlement/journal/journal.ts";
import { patientReader } from "../../../src/chain/settlement/l1-sender/chain-reader.ts";
import { createL1Retry } from "../../../src/chain/settlement/l1-sender/l1-retry.ts";
import { createTransactor } from "../../../src/chain/settlement/l1-sender/transactor.ts";
import { createLocalMember } from "../../../src/chain/settlement/signing/quorum.ts";
import { openSettlement } from "../../../src/chain/settlement/settlement.ts";
import { CALLDATA_POSTING } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { SigningRecord } from "../../../src/chain/settlement/signing/signing-record.ts";

/** Message that starts the process. */
export interface SettlingTask {
  readonly url: string;
  readonly contract: { readonly settlementChainId: bigint; readonly hyperchain: Hex };
  readonly fromBlock: number;
  /** Numbers of the development accounts that send and sign. */
  readonly sender: number;
  readonly validator: number;
  readonly journal: string;
  readonly batch: FormedBatch;
}

/** Answer after L1 has executed the batch. */
export interface SettlingReport {
  /** Proofs that it had to make. */
  readonly proofs: number;
}

/** A process that takes one batch through L1, with its journal in a file. */
process.once("message", (task: SettlingTask) => void settle(task));

async function settle({ url, contract, fromBlock, sender, validator, journal: path, batch }: SettlingTask): Promise<void> {
  const provider = connectHttp(contract.settlementChainId, l1Request(url));
  const accounts = createDevelopmentAccounts();
  const delay = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const patience = createL1Retry({}, { delay });
  const journal = await openFileJournal(path);
  let proofs = 0;
  const settlement = await openSettlement<FormedBatch>(
    {
      quorum: { members: [await createLocalMember(accounts.wallet(validator), contract)] },
      posting: CALLDATA_POSTING,
    },
    {
      context: {
        ...contract,
        provider: patientReader(provider, patience),
        fromBlock,
        delay,
        patience,
        approvals: new SigningRecord(),
        confirmations: 1,
        transactor: createTransactor({}, { signer: accounts.wallet(sender).connect(provider), patience }),
      },
      journal,
      proofs: {
        prove({ commitment }) {
          proofs++;
          return Promise.resolve(noProofMarker(commitment));
        },
      },
    },
  );
  await settlement.submit(batch).executed;
  await settlement.close();
  await journal.close();
  provider.destroy();
  process.send?.({ proofs } satisfies SettlingReport, () => process.disconnect());
}
