import type { Carrying } from "../wallet/signing.ts";

/** Gas of a function and of a constructor: the gas that a failing one burns depends on its failure. */
const OFFERED_GAS = { write: "1000000", deploy: "5000000" } as const;

/** Offers to have a call that would revert on the chain nevertheless, where it can be looked into. */
export function SendAnyway({ carrying: { carried, isBusy, start } }: { readonly carrying: Carrying }) {
  if (carried === undefined || !carried.wouldRevert) return null;
  const { request } = carried;
  const submit = (event: Event): void => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget as HTMLFormElement).get("gasLimit") ?? "").trim();
    start({ ...request, gasLimit: typed });
  };
  return (
    <form class="fields" aria-label="send it anyway" onSubmit={submit}>
      <p>
        Nothing was signed. Sent anyway, it fails on the chain and costs its gas; its page then has the failing line, its calls
        and a test to copy.
      </p>
      <label>
        gas limit
        <input
          name="gasLimit"
          inputMode="numeric"
          pattern="[0-9]+"
          required
          autoComplete="off"
          defaultValue={OFFERED_GAS[request.action === "deploy" ? "deploy" : "write"]}
        />
      </label>
      <button disabled={isBusy}>Send anyway</button>
    </form>
  );
}
