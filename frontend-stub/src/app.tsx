import { useEffect, useRef, useState } from "react";
import { Provider } from "urql";
import { type Leave, LeaveProvider } from "./account/leave";
import { type Api, ApiProvider, openApi } from "./live/api";
import { parsePlace, replacePlace } from "./routing";
import { type Credential, type Session, useSession } from "./session";
import { Console } from "./shell/console";
import { leaveFrom } from "./sign-in/last-program";
import { logOut } from "./sign-in/login";
import { SignIn } from "./sign-in/sign-in";

/** What the address shows stays: who signs in again is back where the session ended. */
export function App() {
  const { credential, ended, signIn, signOut } = useSession();
  if (credential === null) return <SignIn ended={ended} signIn={signIn} />;
  return <SignedIn key={credential.token} credential={credential} signOut={signOut} />;
}

const endings = {
  key: "The API key expired or was revoked.",
  wallet: "The session has ended: sign in again to go on where you were.",
} as const;

const notTold =
  "You are signed out here, but the server could not be told. Sign in again and end the last session under “Sessions”, or it ends by itself.";

interface Props {
  readonly credential: Credential;
  readonly signOut: Session["signOut"];
}

function SignedIn({ credential, signOut }: Props) {
  const [api, setApi] = useState<Api | null>(null);
  const { kind, token } = credential;
  const leaving = useRef(false);
  const open = useRef(false);
  const leave: Leave = async ({ here, reason } = { here: false }) => {
    leaving.current = true;
    const ended = kind === "key" || (await logOut(token));
    // Cut off meanwhile: whoever has signed in since stays.
    if (!open.current) return;
    leaveFrom(parsePlace(window.location.hash));
    if (!here) replacePlace("#/");
    signOut(ended ? reason : notTold);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: one api for each credential; signOut is new on every render
  useEffect(() => {
    let over = false;
    open.current = true;
    // A late answer to somebody who has left ends nobody else's session.
    const opened = openApi(token, () => over || leaving.current || signOut(endings[kind]));
    setApi(opened);
    return () => {
      over = true;
      open.current = false;
      void opened.socket.dispose();
    };
  }, [kind, token]);
  if (!api) return null;
  return (
    <ApiProvider value={api}>
      <Provider value={api.client}>
        <LeaveProvider value={leave}>
          <Console />
        </LeaveProvider>
      </Provider>
    </ApiProvider>
  );
}
