import { useState } from "preact/hooks";
import { allSeen } from "../all-seen.ts";
import type { Deployable } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { Answer, Section } from "../parts/layout.tsx";
import { ask } from "../rpc.ts";
import { ActingAs } from "../wallet/acting-as.tsx";
import { SignerNeeded } from "../wallet/signer-needed.tsx";
import { reasonOf, useCarrying, useSigning } from "../wallet/signing.ts";
import { Steps } from "../wallet/steps.tsx";
import type { AbiParameter } from "./abi.ts";
import { SendAnyway } from "./send-anyway.tsx";
import { Arguments, ValueField, argumentsIn, valueIn } from "./arguments.tsx";

/** Creates a contract that the project has compiled. */
export function Deploy() {
  const { signer } = useSigning();
  const asked = useAsked(() => ask<readonly Deployable[]>("any", "hyperchain_contracts"), ["deployable"]);
  return (
    <Section title="Deploy a contract">
      {signer === undefined ? (
        <SignerNeeded />
      ) : (
        <Answer asked={asked} missing="">
          {(contracts) =>
            contracts.length === 0 ? (
              <p class="quiet">
                The project that started the ecosystem has compiled nothing that can be deployed. What{" "}
                <code>npx hardhat build</code> compiles there stands here when this page is opened again.
              </p>
            ) : (
              <>
                <ActingAs signer={signer} />
                <DeployForm contracts={contracts} />
              </>
            )
          }
        </Answer>
      )}
    </Section>
  );
}

/** Name of a contract, with its source if the project has another contract of that name. */
function named({ name, fullName }: Deployable, contracts: readonly Deployable[]): string {
  const isAlone = contracts.filter((each) => each.name === name).length === 1;
  return isAlone ? name : `${name} (${allSeen(fullName.slice(0, fullName.lastIndexOf(":")))})`;
}

function DeployForm({ contracts }: { readonly contracts: readonly Deployable[] }) {
  const { info } = useEcosystem();
  const carrying = useCarrying();
  const { carried, isBusy, start } = carrying;
  const [fullName, setFullName] = useState(contracts[0]?.fullName);
  const [wrong, setWrong] = useState<string>();
  const contract = contracts.find((each) => each.fullName === fullName);
  // The ecosystem answers them as Solidity's compiler does.
  const inputs = (contract?.inputs ?? []) as readonly AbiParameter[];
  const submit = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const chain = String(new FormData(form).get("chain"));
    try {
      setWrong(undefined);
      start({ action: "deploy", chain, contract: fullName, arguments: argumentsIn(form, inputs), ...valueIn(form) });
    } catch (error) {
      setWrong(reasonOf(error));
    }
  };
  return (
    <>
      <form class="fields" aria-label="deploy a contract" onSubmit={submit}>
        <label>
          contract
          <select value={fullName} onChange={({ currentTarget: { value } }) => setFullName(value)}>
            {contracts.map((each) => (
              <option value={each.fullName} key={each.fullName}>
                {named(each, contracts)}
              </option>
            ))}
          </select>
        </label>
        <label>
          on
          <select name="chain">
            {[...info.chains, info.l1].map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <Arguments key={fullName} inputs={inputs} />
        {contract?.isPayable === true && <ValueField />}
        <button class="primary" disabled={isBusy}>
          Deploy
        </button>
      </form>
      {wrong !== undefined && (
        <p class="bad" role="alert">
          {wrong}
        </p>
      )}
      <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
      <SendAnyway carrying={carrying} />
    </>
  );
}
