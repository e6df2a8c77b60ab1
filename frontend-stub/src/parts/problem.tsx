import { useState } from "react";
import { useSecondsLeft } from "../values/countdown";
import type { Failure } from "../values/failure";

interface Props {
  readonly failure: Failure;
  /** The same once more. */
  readonly again: () => void;
  readonly id?: string;
}

/** Why something was not done, beside where it was asked for, with the next step as a button. */
export function Problem({ failure, again, id }: Props) {
  const { message, retryAfterSeconds, remedy } = failure;
  const left = useSecondsLeft(retryAfterSeconds);
  const [refusal, setRefusal] = useState<string | null>(null);
  const repair = async () => {
    try {
      await remedy?.act();
      again();
    } catch (thrown) {
      setRefusal(thrown instanceof Error ? thrown.message : "That did not work.");
    }
  };
  return (
    <div className="problem-with-step">
      <p id={id} className="problem" role="alert">
        {refusal ?? message}
      </p>
      {remedy && (
        <button type="button" onClick={repair}>
          {remedy.name}
        </button>
      )}
      {retryAfterSeconds !== undefined && (
        <button type="button" onClick={again} disabled={left > 0}>
          {left > 0 ? `Try again in ${left} s` : "Try again"}
        </button>
      )}
    </div>
  );
}
