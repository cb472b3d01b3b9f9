import { madeOn } from "../../src/proofs/devices/device-report.ts";
import { useEcosystem } from "../ecosystem.ts";
import { count } from "../format.ts";
import { Facts, Mark, Section, Table } from "../parts/layout.tsx";
import { BatchLink, WholeAddress } from "../parts/links.tsx";
import { chainShape } from "../parts/rail.tsx";
import { MemberLink } from "../parts/shape.tsx";
import { proofMaker } from "../../src/ecosystem/devnet/view/batches/proof-in-words.ts";
import { proofWords } from "../proof-phases.ts";
import { to } from "../route.ts";
import type { EcosystemInfo, EcosystemStatus } from "../answers.ts";

const MOST_PROOFS = 10;

/** Batches of all chains by stage, and proofs that are being made. */
export function ProgressPage() {
  const { info, status } = useEcosystem();
  return (
    <>
      <h1>Batches</h1>
      <Table
        caption="The ecosystem's chains, transactions a second over the last ten, and how many batches came through each stage"
        columns={["chain", "ID", "data", "block", "tx/s", "waiting", "sealed", "committed", "proven", "executed", "state"]}
        empty="This ecosystem has no chain. Add one: Chains, on the first page."
        rows={status.chains.map((chain) => ({
          key: chain.name,
          cells: [
            <MemberLink {...chain} />,
            chain.chainId,
            dataOf(chain, info),
            count(chain.blockNumber),
            chain.transactionsPerSecond ?? "–",
            count(chain.waiting),
            <a href={to(chain.name, "batches")}>{count(chain.batches.sealed)}</a>,
            count(chain.batches.committed),
            info.prover.mode === "none" ? "nothing" : count(chain.batches.proven),
            count(chain.batches.executed),
            <ChainState chain={chain} />,
          ],
        }))}
      />
      <Proofs chains={status.chains} />
      <Facts
        facts={{
          "proofs are made": info.prover.device && madeOn(info.prover.device),
          "last proof": info.prover.lastProof?.sentence,
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
        }}
      />
    </>
  );
}

/** Proofs that no settlement layer has accepted yet. */
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

/** State of a chain in a sentence, with its shape. */
export function ChainState({ chain }: { readonly chain: EcosystemStatus["chains"][number] }) {
  const { kind, shape } = chainShape(chain);
  return (
    <Mark kind={kind} shape={shape}>
      {stateWords(chain)}
    </Mark>
  );
}

function stateWords({ ended, fault, stopped, stuck, waitsFor }: EcosystemStatus["chains"][number]): string {
  if (ended === true) return "ended: what accounts held there is paid out below it";
  if (fault !== undefined) return `has stopped: ${fault}`;
  if (stopped === true) return "paused; it refuses its clients until it is started";
  if (stuck !== undefined) return `runs, but seals nothing: ${stuck.why}; ${stuck.help}`;
  return waitsFor === undefined ? "runs" : `waits: ${waitsFor}`;
}

/** Short text of the location of a chain's data. */
function dataOf({ name, settlesOn }: EcosystemStatus["chains"][number], { chains }: EcosystemInfo): string | undefined {
  const data = chains.find((chain) => chain.name === name)?.dataAvailability;
  if (settlesOn === undefined) return data;
  return data === "rollup" ? `rollup, by ${settlesOn}` : `on ${settlesOn}: no rollup`;
}
