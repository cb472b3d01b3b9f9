import { useState } from "preact/hooks";
import { madeOn } from "../../src/proofs/devices/device-report.ts";
import { useEcosystem } from "../ecosystem.ts";
import { count, plural } from "../format.ts";
import { Facts } from "../parts/layout.tsx";
import { phaseWords } from "../proof-phases.ts";
import { useBrowserProver, type BrowserProving } from "../prove/browser-prover.ts";
import { keptToken } from "../wallet/token.ts";

/** Page on which this browser proves batches for the ecosystem, as a worker of its fleet. */
export function ProverPage() {
  const { info } = useEcosystem();
  const missing = missingHere(info.prover.mode);
  return (
    <>
      <h1>Prove with this browser</h1>
      <p>
        This browser asks {info.name} for batches and proves that their new state roots follow from the old ones: with WebAssembly
        on this machine's processor, or on its graphics card where that is measured to be faster. It reads the changes of the
        batches that it proves. {info.name} verifies each proof before it counts, and has another prover make what this one leaves
        or gets wrong. The execution of batches is proven elsewhere.
      </p>
      <p>It takes much of the processor until you stop it or close this tab, also while you look at other pages here.</p>
      {missing === undefined ? <Prover /> : <p class="bad">{missing}</p>}
    </>
  );
}

/** Why this page cannot prove; undefined where it can. */
function missingHere(mode: string): string | undefined {
  if (mode === "none") return "Nothing is proven here: the ecosystem runs without a prover. Start it with --proofs stark.";
  if (keptToken() === undefined)
    return "Open this page by the whole address that was printed where the ecosystem runs: without the token in it nothing is given to this browser.";
  if (!crossOriginIsolated)
    return "Browsers share memory between threads only on pages of this machine or behind HTTPS: open this page as http://localhost, for example through a tunnel.";
  return undefined;
}

function Prover() {
  const { prover, proving } = useBrowserProver();
  const cores = navigator.hardwareConcurrency;
  // One is left for all else.
  const [threads, set] = useState(Math.max(1, cores - 1));
  const { state } = proving;
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (state === "off") prover.start(keptToken() ?? "", threads);
          else prover.stop();
        }}
      >
        <label>
          threads{" "}
          <input
            class="short"
            type="number"
            min="1"
            max={cores}
            required
            value={threads}
            disabled={state !== "off"}
            onInput={({ currentTarget }) => set(Number(currentTarget.value))}
          />
        </label>{" "}
        <button disabled={state === "stopping"}>{state === "off" ? "Prove with this browser" : "Stop"}</button>
      </form>
      <Standing proving={proving} />
    </>
  );
}

function Standing({ proving: { state, name, report, progress, proofs, last, trouble } }: { readonly proving: BrowserProving }) {
  const { info } = useEcosystem();
  if (name === "") return null;
  const at = info.chains[0]?.chainId ?? 0;
  const waiting = report === undefined ? "starts" : `waits for a batch of ${info.name}`;
  const doing = progress === undefined ? waiting : `${phaseWords(progress.phase, at)}, ${Math.round(100 * progress.fraction)} %`;
  return (
    <div role="status">
      <Facts
        facts={{
          state: state === "off" ? "stopped" : state === "stopping" ? "returns unfinished jobs" : doing,
          name: <code>{name}</code>,
          "proofs are made": report && madeOn(report),
          "proofs that count": count(proofs),
          "the last one": last && `${plural(last.bytes, "byte")} in ${last.seconds.toFixed(1)} s`,
        }}
      />
      {trouble !== undefined && <p class="bad">{trouble}</p>}
    </div>
  );
}
