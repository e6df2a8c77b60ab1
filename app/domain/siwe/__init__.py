"""Sign-In with Ethereum (EIP-4361): the message that a wallet signs to say who asks, read strictly."""
