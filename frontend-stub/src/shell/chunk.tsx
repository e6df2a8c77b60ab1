import { type ComponentType, useEffect, useState } from "react";
import { Loading } from "../parts/states";

/** A part of the page that is loaded when it is opened, or ahead of that. */
export class Chunk<Props extends object> {
  #loaded: ComponentType<Props> | null = null;

  constructor(private readonly get: () => Promise<{ readonly default: ComponentType<Props> }>) {}

  get loaded(): ComponentType<Props> | null {
    return this.#loaded;
  }

  readonly load = async (): Promise<ComponentType<Props>> => {
    const { default: component } = await this.get();
    this.#loaded = component;
    return component;
  };
}

interface OpenedProps<Props extends object> {
  readonly chunk: Chunk<Props>;
  readonly props: Props;
}

/**
 * Shows the chunk; throws why it could not be loaded. React's own lazy and Suspense keep a fallback for at least 300 ms once it
 * was shown.
 */
export function Opened<Props extends object>({ chunk, props }: OpenedProps<Props>) {
  const [loaded, setLoaded] = useState(() => ({ Page: chunk.loaded }));
  const [problem, setProblem] = useState<{ readonly thrown: unknown } | null>(null);
  const missing = loaded.Page === null;
  useEffect(() => {
    if (!missing) return;
    let over = false;
    chunk.load().then(
      (Page) => over || setLoaded({ Page }),
      (thrown: unknown) => over || setProblem({ thrown }),
    );
    return () => {
      over = true;
    };
  }, [chunk, missing]);
  if (problem) throw problem.thrown;
  return loaded.Page ? <loaded.Page {...props} /> : <Loading what="the page" />;
}
