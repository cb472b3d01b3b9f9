import { useState } from "preact/hooks";
import type { GovernanceInfo } from "../answers.ts";
import { SignerNeeded } from "../wallet/signer-needed.tsx";
import { useCarrying, useSigning } from "../wallet/signing.ts";
import { Steps } from "../wallet/steps.tsx";

/** Acts of a council, with the fields of each in addition to the time and the signatures. */
const ACTS = {
  softFreeze: { words: "freeze versions softly", fields: ["versions", "seconds"] },
  freeze: { words: "freeze versions", fields: ["versions", "seconds"] },
  unfreeze: { words: "end a version's freeze", fields: ["version"] },
  approveHalt: { words: "agree to a version's halt", fields: ["version", "replacement"] },
} as const;
type Act = keyof typeof ACTS;
const LABELS = {
  versions: "versions, with commas",
  seconds: "seconds",
  version: "version",
  replacement: "version in its place (empty: none)",
} as const;

/** Brings what a council's members have signed; which account does so is all the same to the council. */
export function CouncilForm({ chain, council }: { readonly chain: string; readonly council: GovernanceInfo["council"] }) {
  const { signer } = useSigning();
  const { carried, isBusy, start } = useCarrying();
  const [act, choose] = useState<Act>("softFreeze");
  if (council === undefined || council.members.length === 0) return null;
  const bring = (event: Event): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const listed = (name: string): readonly string[] => String(fields.get(name) ?? "").match(/[^\s,]+/g) ?? [];
    const about = ACTS[act].fields.map((name) => [name, name === "versions" ? listed(name) : listed(name)[0]] as const);
    // What is left empty has the server's default, or is refused there.
    const told = Object.fromEntries(about.filter(([, value]) => value !== undefined));
    start({ action: act, chain, ...told, deadline: listed("deadline")[0] ?? "", signatures: listed("signatures") });
  };
  return (
    <details>
      <summary>Bring what the council's members have signed</summary>
      {signer === undefined ? (
        <SignerNeeded />
      ) : (
        <form class="fields" aria-label="an act of the council" onSubmit={bring}>
          <label>
            to
            <select value={act} onChange={({ currentTarget: { value } }) => choose(value as Act)}>
              {Object.entries(ACTS).map(([name, { words }]) => (
                <option value={name} key={name}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          {ACTS[act].fields.map((name) => (
            <label key={name}>
              {LABELS[name]}
              <input name={name} required={name !== "replacement"} inputMode="numeric" autoComplete="off" />
            </label>
          ))}
          <label>
            deadline that was signed, in seconds
            <input name="deadline" required inputMode="numeric" autoComplete="off" />
          </label>
          <label>
            signatures, one a line
            <textarea name="signatures" required spellcheck={false} />
          </label>
          <button disabled={isBusy}>Bring it</button>
        </form>
      )}
      <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
    </details>
  );
}
