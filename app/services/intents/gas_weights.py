"""What items weigh when the cost of the transaction that carried them is shared."""

from app.chain.gas import MINT_GAS, PAY_AND_MINT_GAS, PAYMENT_GAS
from app.store.intents.attempts import GasWeights

GAS_WEIGHTS = GasWeights(payment=PAYMENT_GAS, mint=MINT_GAS, payment_and_mint=PAY_AND_MINT_GAS)
