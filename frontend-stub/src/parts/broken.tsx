import { Component, type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { Empty } from "./states";

interface Props {
  /** Where the page is: elsewhere it is tried anew. */
  readonly at: string;
  readonly children: ReactNode;
}

interface State {
  readonly at: string;
  readonly thrown: unknown;
}

/** A page that could not be loaded (no network, a newer version on the server) or that has a fault leaves the frame usable. */
export class Broken extends Component<Props, State> {
  override state: State = { at: this.props.at, thrown: null };

  static getDerivedStateFromError(thrown: unknown): Partial<State> {
    return { thrown };
  }

  static getDerivedStateFromProps({ at }: Props, state: State): State | null {
    return at === state.at ? null : { at, thrown: null };
  }

  override render() {
    const { thrown } = this.state;
    if (thrown === null) return this.props.children;
    return isOfLoading(thrown) ? <NotLoaded /> : <Fault />;
  }
}

/** By itself once there is a network: a browser without one shows a page of its own when it loads again. */
function NotLoaded() {
  const online = useSyncExternalStore(onNetworkChange, () => navigator.onLine);
  const wasOffline = useRef(!online);
  useEffect(() => {
    if (online && wasOffline.current) window.location.reload();
  }, [online]);
  return (
    <Empty title="This page could not be loaded">
      {online ? (
        <>
          <p role="alert">The server cannot be reached, or has a newer version of the page.</p>
          <LoadAgain />
        </>
      ) : (
        <p role="alert">This device has no network. The page is loaded as soon as it is back.</p>
      )}
    </Empty>
  );
}

function Fault() {
  return (
    <Empty title="This page has a fault">
      <p role="alert">
        What you did before was done or refused as it said. Please tell whoever runs this.
      </p>
      <LoadAgain />
    </Empty>
  );
}

function LoadAgain() {
  return (
    <p>
      <button type="button" onClick={() => window.location.reload()}>
        Load it again
      </button>
    </p>
  );
}

function onNetworkChange(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Each browser has its own words for a module, and Vite for a style sheet. */
function isOfLoading(thrown: unknown): boolean {
  return thrown instanceof Error && /\bimport|\bmodule\b|\bloading\b|preload/i.test(thrown.message);
}
