import { useId, useRef, useState } from "react";
import type { SessionQuery } from "../generated/operations";
import { CopyButton } from "../parts/hash";
import { codeWords } from "../parts/status";
import { programHref } from "../routing";
import { accessOf, standing, useAccess } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { useDemoName } from "../wallets/demo-wallets";
import { shortAddress } from "../wallets/wallet";
import "./account.css";
import { useLeave } from "./leave";
import { SessionsDialog } from "./sessions-dialog";

interface Props {
  readonly viewer: SessionQuery["viewer"];
  readonly programs: readonly ProgramCard[];
}

/** Who am I, what am I here and elsewhere, and the way out. The browser closes it on Escape and clicks beside it. */
export function AccountMenu({ viewer, programs }: Props) {
  const access = useAccess();
  const leave = useLeave();
  const panel = useRef<HTMLDivElement>(null);
  const [showsSessions, showSessions] = useState(false);
  const id = useId();
  const name = useName(viewer);
  const role = viewer && standing(access);
  const openSessions = () => {
    panel.current?.hidePopover();
    showSessions(true);
  };
  return (
    <>
      <button type="button" className="account" popoverTarget={id}>
        <span className="who small-text">
          <strong>{name}</strong> <span className="muted">{role}</span>
        </span>{" "}
        <span className="hidden">Your account</span>
        <Person />
      </button>
      <div ref={panel} id={id} popover="auto" className="account-panel">
        {viewer && <WhoAmI viewer={viewer} name={name} programs={programs} />}
        <p className="account-actions">
          {access.wallet !== null && (
            <button type="button" onClick={openSessions}>
              Sessions…
            </button>
          )}
          <button type="button" onClick={() => void leave({ here: true })}>
            Switch to somebody else
          </button>
          <button type="button" onClick={() => void leave()}>
            Sign out
          </button>
        </p>
      </div>
      {showsSessions && <SessionsDialog close={() => showSessions(false)} />}
    </>
  );
}

interface WhoProps {
  readonly viewer: NonNullable<SessionQuery["viewer"]>;
  readonly name: string;
  readonly programs: readonly ProgramCard[];
}

function WhoAmI({ viewer, name, programs }: WhoProps) {
  const { wallet, apiKey } = viewer;
  return (
    <>
      <h2>{name}</h2>
      {wallet && (
        <p className="break">
          <code>{wallet}</code> <CopyButton value={wallet} what="address" />
        </p>
      )}
      {apiKey && (
        <p className="muted">
          API key <code>{apiKey.prefix}…</code>: {apiKey.scopes.map(codeWords).join(", ")}
        </p>
      )}
      {wallet && <Standings viewer={viewer} programs={programs} />}
    </>
  );
}

/** What a wallet is in each program that it sees. */
function Standings({ viewer, programs }: Omit<WhoProps, "name">) {
  return (
    <ul className="standings">
      {programs.map((program) => (
        <li key={program.id}>
          <a href={programHref(program.slug)}>{program.name}</a>
          <span className="muted">{standing(accessOf(viewer, program))}</span>
        </li>
      ))}
    </ul>
  );
}

/** The demo's people have names; other wallets their address, and keys the name that they were given. */
function useName(viewer: SessionQuery["viewer"]): string {
  const wallet = viewer?.wallet ?? null;
  const ofDemo = useDemoName(wallet);
  if (ofDemo !== null) return ofDemo;
  return wallet === null ? (viewer?.apiKey?.name ?? "…") : shortAddress(wallet);
}

function Person() {
  return (
    <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
      <circle cx="12" cy="9" r="4" />
      <path d="M4 21a8 8 0 0 1 16 0" />
    </svg>
  );
}
