"""Every kind of caller that the table of operations tells apart, on the programs of a scene."""

from dataclasses import dataclass, field

from app.domain.operations import OPERATIONS, Rule
from app.domain.permissions import ApiScope, Role
from tests.api.caller import ALL_SCOPES, Caller, OwnProgram
from tests.api.refusals import NAMES_NOTHING, strangers_code
from tests.api.scene import Scene
from tests.api.signed_in import sign_in
from tests.api.test_roles import change
from tests.processes.signing_in import new_wallet

# Its rights in the one program are none in the other.
MIXED = "another program's ADMIN, CLIENT here"
_SHOW_NOTHING = {
    "Query.affiliate": "NULL",
    "Query.payoutBatch": "NULL",
    "Subscription.affiliateEarnings": "BAD_USER_INPUT",
    "Subscription.payoutBatchStatus": "BAD_USER_INPUT",
}
# What those are told who may start an operation, and not for what the scene names: that belongs to other people.
NOT_OWN = {
    ("CLIENT", "Query.user"): "NULL",
    ("CLIENT", "Query.intent"): "NULL",
    ("CLIENT", "Query.paymentAuthorization"): "FORBIDDEN",
    ("CLIENT", "Mutation.registerUser"): "FORBIDDEN",
    ("CLIENT", "Mutation.submitPayment"): "FORBIDDEN",
    ("CLIENT", "Subscription.intentStatus"): "BAD_USER_INPUT",
    ("AFFILIATE", "Query.affiliate"): "NULL",
    ("AFFILIATE", "Query.affiliateWalletChange"): "NULL",
    ("AFFILIATE", "Mutation.registerAffiliate"): "FORBIDDEN",
    ("AFFILIATE", "Mutation.changeAffiliateWallet"): "NOT_FOUND",
    ("AFFILIATE", "Subscription.affiliateEarnings"): "BAD_USER_INPUT",
    ("owner", "Mutation.createExport"): "FORBIDDEN",
    **{
        (kind, f"Query.{field}"): "NULL"
        for kind in ("CLIENT", "AFFILIATE", "owner", "operator", "PLATFORM")
        for field in ("node", "nodes")
    },
    **{
        (kind, f"Mutation.{verb}ApiKey"): "NOT_FOUND"
        for kind in ("operator", "PLATFORM")
        for verb in ("rotate", "revoke")
    },
}
_OWNED = "UPDATE treasury SET owners = array_append(owners, $1) WHERE NOT $1 = ANY (owners)"
_CLOSED = """mutation ($id: ID!) {
  updateProgram(input: {programId: $id, openRegistration: false}) { userErrors { code } } }"""


@dataclass(frozen=True)
class Kind:
    """One kind of caller. by_program: keys, by their program's id; others are the same everywhere."""

    name: str
    anywhere: Caller
    by_program: dict[str, Caller] = field(default_factory=dict)

    def caller(self, program: str) -> Caller:
        return self.by_program.get(program, self.anywhere)

    def is_let(self, rule: Rule) -> bool:
        """Whether the table lets it start this in the scene's programs, where registration is closed."""
        return (
            self.name in rule.scopes
            or self.name in rule.roles
            or (self.name == MIXED and Role.CLIENT in rule.roles)
            or (self.name == "owner" and rule.owner)
            or (self.name == "operator" and rule.operator)
        )

    def is_let_elsewhere(self, rule: Rule) -> bool:
        """The same, somewhere else."""
        return {
            "another program's key": not rule.scopes.isdisjoint(set(map(ApiScope, ALL_SCOPES))),
            MIXED: Role.ADMIN in rule.roles,
            "another program's ADMIN": rule.wallet or Role.ADMIN in rule.roles,
            "a stranger": rule.wallet,
        }.get(self.name, False)

    def told(self, operation: str) -> str | None:
        """The code that it gets; None when it is let and the scene's things are its own."""
        rule = OPERATIONS[operation]
        if self.name == "nobody":
            return "UNAUTHENTICATED"
        if self.is_let(rule):
            name = "CLIENT" if self.name == MIXED else self.name
            return NOT_OWN.get((name, operation))
        if not self.is_let_elsewhere(rule):
            return "FORBIDDEN"
        if operation in NAMES_NOTHING or operation == "Subscription.systemStatus":
            return None
        if self.name == MIXED:
            return _SHOW_NOTHING.get(operation, "FORBIDDEN")
        return (
            "BAD_USER_INPUT" if operation.startswith("Subscription.") else strangers_code(operation)
        )


async def kinds_of_callers(scene: Scene) -> list[Kind]:
    """Closes the registration of the scene's programs, and signs everybody in. Who may do most comes first."""
    programs = {one.id: one for one in map(scene.program_of, OPERATIONS)}
    for program in programs.values():
        await program.ask(_CLOSED, id=program.id)
    roles = (Role.ADMIN, Role.CLIENT, Role.AFFILIATE)
    admin, client, affiliate = [await _of_role(scene, role, programs) for role in roles]
    keys = [await _key(scene, scope, programs) for scope in ALL_SCOPES]
    operator, platform = await _operator(scene), Kind("PLATFORM", scene.stage.platform)
    owner, outside = await _owner(scene), await _outside(scene, programs)
    return [admin, operator, *keys, platform, client, affiliate, owner, *outside]


async def _of_role(scene: Scene, role: Role, programs: dict[str, OwnProgram]) -> Kind:
    wallet = new_wallet()
    for program in programs.values():
        assert await change(program, "grantRole", program.id, wallet.address, role.value) == []
    return Kind(role.value, await sign_in(scene.stage, wallet))


async def _key(scene: Scene, scope: str, programs: dict[str, OwnProgram]) -> Kind:
    stage = scene.stage
    keys = {one: Caller(stage.client, await stage.key(one, [scope])) for one in programs}
    return Kind(scope, next(iter(keys.values())), keys)


async def _operator(scene: Scene) -> Kind:
    wallet = new_wallet()
    scene.stage.process.authenticator._operators = frozenset({wallet.address})
    return Kind("operator", await sign_in(scene.stage, wallet))


async def _owner(scene: Scene) -> Kind:
    # On the chain too where a batch is approved, since that reads who the owners are.
    wallet = scene.proposing.owners[0]
    await scene.owner.execute(_OWNED, wallet.address)
    return Kind("owner", await sign_in(scene.stage, wallet))


async def _outside(scene: Scene, programs: dict[str, OwnProgram]) -> list[Kind]:
    stage, other = scene.stage, await scene.stage.program()
    admin, mixed = new_wallet(), new_wallet()
    for wallet in (admin, mixed):
        assert await change(other, "grantRole", other.id, wallet.address, "ADMIN") == []
    for program in programs.values():
        assert await change(program, "grantRole", program.id, mixed.address, "CLIENT") == []
    return [
        Kind("another program's key", other),
        Kind("another program's ADMIN", await sign_in(stage, admin)),
        Kind(MIXED, await sign_in(stage, mixed)),
        Kind("a stranger", await sign_in(stage)),
        Kind("nobody", Caller(stage.client, None)),
    ]
