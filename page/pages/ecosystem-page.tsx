import { madeOn } from "../../src/proofs/devices/device-report.ts";
import { Controls } from "../controls/controls.tsx";
import { useEcosystem } from "../ecosystem.ts";
import { count } from "../format.ts";
import { BridgeMessages } from "../parts/bridge-messages.tsx";
import { Facts, Mark, Section, Table } from "../parts/layout.tsx";
import { LiveFeed } from "../parts/live-feed.tsx";
import { Picture } from "../picture/picture.tsx";
import { BatchLink, WholeAddress } from "../parts/links.tsx";
import { MessageTable } from "../parts/message-table.tsx";
import { proofMaker } from "../../src/ecosystem/devnet/view/batches/proof-in-words.ts";
import { proofWords } from "../proof-phases.ts";
import { to } from "../route.ts";
import type { EcosystemInfo, EcosystemStatus } from "../answers.ts";

const MOST_PROOFS = 10;

/** Number of messages in the table; the others are on a separate page. */
const MOST_MESSAGES = 20;

/** Everything at a glance: what happens, members, batches by stage, messages, and what is proven. */
export function EcosystemPage() {
  const { info, status, messages } = useEcosystem();
  const newest = { ...messages, messages: messages.messages.slice(0, MOST_MESSAGES) };
  return (
    <>
      <h1>{info.name}</h1>
      <Picture />
      <Controls />
      <LiveFeed />
      <Section title="Chains">
        <Table
          caption="The ecosystem's chains, transactions a second over the last ten, and how many batches came through each stage"
          columns={["chain", "id", "data", "block", "tx/s", "waiting", "sealed", "committed", "proven", "executed", "state"]}
          empty="This ecosystem has no chain."
          rows={status.chains.map((chain) => ({
            key: chain.name,
            cells: [
              <a href={to(chain.name)}>{chain.name}</a>,
              chain.chainId,
              dataOf(chain, info),
              count(chain.blockNumber),
              chain.transactionsPerSecond ?? "–",
              count(chain.waiting),
              count(chain.batches.sealed),
              count(chain.batches.committed),
              info.prover.mode === "none" ? "nothing" : count(chain.batches.proven),
              count(chain.batches.executed),
              <ChainState chain={chain} />,
            ],
          }))}
        />
      </Section>
      <Proofs chains={status.chains} />
      <Section title="Messages between chains">
        <p>
          {count(status.messages.delivered)} delivered, {count(status.messages.inFlight)} in flight,{" "}
          {status.messages.ready.length === 0 ? "" : `${count(status.messages.ready.length)} ready, `}
          {count(status.messages.stuck.length)} stuck
          {status.messages.failed === 0 ? "" : `, ${count(status.messages.failed)} arrived and failed`}
          {status.messages.ended === 0 ? "" : `, ${count(status.messages.ended)} expired or canceled`}
          {status.messages.ageMs === undefined ? "" : `, as of up to ${status.messages.ageMs / 1000} s ago`}
          {status.messages.outdated === undefined ? "" : ` (of the last look: ${status.messages.outdated})`}
        </p>
        <MessageTable messages={newest} caption="The newest messages" />
      </Section>
      <BridgeMessages />
      <Section title="L1 and accounts">
        <Facts
          facts={{
            [`${info.l1.name}, chain ${info.l1.chainId}`]: <code>{info.l1.url}</code>,
            ...Object.fromEntries(
              Object.entries(info.l1.contracts).map(([name, address]) => [
                name,
                <WholeAddress chain={info.l1.name} address={address} />,
              ]),
            ),
            ...(info.prover.device === undefined ? {} : { proofs: `made ${madeOn(info.prover.device)}` }),
            ...(info.prover.lastProof === undefined ? {} : { "last proof": info.prover.lastProof.sentence }),
            relayer:
              info.relayer === undefined ? (
                "none runs: any account may deliver messages"
              ) : (
                <WholeAddress chain={info.l1.name} address={info.relayer.address} />
              ),
            hubs: info.hubs?.map(({ name, members }) => (
              <>
                <a href={to("hubs", name)}>{name}</a> of {members.join(", ")}{" "}
              </>
            )),
            accounts: <a href={to("accounts")}>development accounts</a>,
          }}
        />
      </Section>
    </>
  );
}

/** Proofs that no settlement layer has accepted yet; nothing where there are none. */
function Proofs({ chains }: Pick<EcosystemStatus, "chains">) {
  const proofs = chains.flatMap(({ name, chainId, proving = [] }) => proving.map((proof) => ({ name, chainId, ...proof })));
  if (proofs.length === 0) return null;
  return (
    <Section title="Proofs in progress">
      <Table
        caption="Batches whose proof is being made, or shown to what the chain settles on"
        columns={["chain", "batch", "phase", "prover"]}
        empty=""
        rows={proofs.slice(0, MOST_PROOFS).map(({ name, chainId, batch, ...stage }) => ({
          key: `${name}:${batch}`,
          cells: [
            name,
            <BatchLink chain={name} number={batch} />,
            proofWords(stage, chainId),
            proofMaker(stage) ?? "this ecosystem",
          ],
        }))}
      />
      {proofs.length > MOST_PROOFS && <p class="quiet">{count(proofs.length - MOST_PROOFS)} more wait.</p>}
    </Section>
  );
}

export function ChainState({ chain }: { readonly chain: EcosystemStatus["chains"][number] }) {
  if (chain.ended === true) return <Mark kind="bad">ended: what accounts held there is paid out below it</Mark>;
  if (chain.fault !== undefined) return <Mark kind="bad">has stopped: {chain.fault}</Mark>;
  if (chain.stopped === true) return <Mark kind="under-way">paused; it refuses its clients until it is started</Mark>;
  if (chain.stuck !== undefined)
    return (
      <>
        <Mark kind="under-way">runs, but seals nothing</Mark>: {chain.stuck.why}; {chain.stuck.help}
      </>
    );
  if (chain.waitsFor !== undefined)
    return (
      <>
        <Mark kind="under-way">waits</Mark>: {chain.waitsFor}
      </>
    );
  return <Mark kind="good">runs</Mark>;
}

/** Short text of the location of a chain's data. */
function dataOf({ name, settlesOn }: EcosystemStatus["chains"][number], { chains }: EcosystemInfo): string | undefined {
  const data = chains.find((chain) => chain.name === name)?.dataAvailability;
  if (settlesOn === undefined) return data;
  return data === "rollup" ? `rollup, by ${settlesOn}` : `on ${settlesOn}: no rollup`;
}
