import { Component, type ReactNode } from "react";
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
    if (this.state.thrown === null) return this.props.children;
    const title = isOfLoading(this.state.thrown)
      ? "This page could not be loaded"
      : "This page has a fault";
    return (
      <Empty title={title}>
        <p role="alert">
          {isOfLoading(this.state.thrown)
            ? "The network may be down, or the server has a newer version of the page."
            : "What you asked for before was done or refused as it said. Please tell whoever runs this."}
        </p>
        <button type="button" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </Empty>
    );
  }
}

/** Browsers name it differently: "Failed to fetch dynamically imported module", "error loading …", "Importing a module …". */
function isOfLoading(thrown: unknown): boolean {
  return thrown instanceof TypeError && /\bimport|\bmodule\b|\bloading\b/i.test(thrown.message);
}
