import { useEffect, useRef, useState } from "preact/hooks";
import { areKeysOff, KEYS, switchKeys } from "../keys.ts";

/** The list of keys, with a switch that turns single keys off. */
export function KeysList({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOn, set] = useState(!areKeysOff());
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="keys" onClose={onClose}>
      <h2 id="keys">Shortcuts</h2>
      <dl>
        {Object.entries(KEYS).map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <>
                  <kbd>{key}</kbd>{" "}
                </>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" class="actions">
        <label>
          <input
            type="checkbox"
            checked={isOn}
            onChange={({ currentTarget: { checked } }) => {
              switchKeys(checked);
              set(checked);
            }}
          />{" "}
          Single keys work
        </label>
        <button>Close</button>
      </form>
    </dialog>
  );
}
