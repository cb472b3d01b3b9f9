import type { TransferAnswer, WalletAnswer } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { isolated, short, units } from "../format.ts";
import { Section, Table } from "../parts/layout.tsx";
import { TransactionLink, useChainName } from "../parts/links.tsx";
import { Said } from "../parts/words.tsx";
import type { WalletRequest } from "./carry-out.ts";
import { ClaimAll } from "./claim-all.tsx";

/** Pending condition of a claimable withdrawal in `hyperchain_wallet`. */
const CLAIMABLE = "its claim on L1";

/** Everything that is on its way from or to the account. */
export function InFlight({
  wallet,
  isBusy,
  start,
}: {
  readonly wallet: WalletAnswer;
  readonly isBusy: boolean;
  readonly start: (request: WalletRequest) => void;
}) {
  const { info } = useEcosystem();
  const nameOf = useChainName();
  const { inFlight, members, unread = [] } = wallet;
  const tokens = members.flatMap((member) => member.tokens);
  const amountOf = ({ amount, originToken }: TransferAnswer): string => {
    const token = tokens.find(({ origin }) => origin.token === originToken);
    return token === undefined
      ? `${amount} units of ${short(originToken)}`
      : `${units(amount, token.decimals)} ${isolated(token.symbol)}`;
  };
  const isClaimable = ({ type, destinationChainId, waitingFor }: TransferAnswer): boolean =>
    type === "withdrawal" && destinationChainId === info.l1.chainId && waitingFor === CLAIMABLE;
  const claimable = inFlight.filter(isClaimable).map(({ sourceChainId, hash }) => ({ sourceChainId, messageHash: hash }));
  return (
    <Section title="On its way">
      <ClaimAll withdrawals={claimable} />
      <Table
        caption="Deposits, transfers and withdrawals that have not arrived"
        columns={["what", "amount", "from", "to", "sent by", "waits for", "action"]}
        empty="Nothing is on its way."
        rows={inFlight.map((transfer) => {
          const { type, hash, sourceChainId, destinationChainId, transactionHash, waitingFor } = transfer;
          return {
            key: hash,
            cells: [
              type,
              <Said text={amountOf(transfer)} />,
              nameOf(sourceChainId),
              nameOf(destinationChainId),
              <TransactionLink chain={nameOf(sourceChainId)} hash={transactionHash} />,
              waitingFor,
              isClaimable(transfer) && (
                <button disabled={isBusy} onClick={() => start({ action: "claim", chain: sourceChainId, messageHash: hash })}>
                  Claim
                </button>
              ),
            ],
          };
        })}
      />
      {unread.map(({ name, reason }) => (
        <p class="bad" key={name}>
          Not everything on {name} could be read: {reason}
        </p>
      ))}
    </Section>
  );
}
