"""Ways to get more rights than one has, through real sockets: by roles, bindings, tokens, pods, CSRs, names."""

import asyncio
import base64
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pykube.api import core_v1, meta_v1, rbac_v1
from tests.fakes.guarded_server import guarded

RBAC = "/apis/rbac.authorization.k8s.io/v1"
ROLES = f"{RBAC}/namespaces/x/roles"
BINDINGS = f"{RBAC}/namespaces/x/rolebindings"
GROUP = "rbac.authorization.k8s.io"


def rule(verbs, resources, groups="", names=()):
    found = {"verbs": verbs.split(), "resources": resources.split(), "apiGroups": groups.split() or [""]}
    return {**found, "resourceNames": list(names)} if names else found


def role(name, *rules, kind="Role", **more):
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {"name": name}, "rules": list(rules), **more}


def binding(name, role_name, *, role_kind="ClusterRole", kind="RoleBinding", subject="alice"):
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": kind,
        "metadata": {"name": name},
        "roleRef": {"apiGroup": GROUP, "kind": role_kind, "name": role_name},
        "subjects": [{"kind": "User", "name": subject, "apiGroup": GROUP}],
    }


async def grant(server, *rules, user="alice", name="given"):
    """Give a user rights, as an administrator would."""
    await server.admin("POST", f"{RBAC}/clusterroles", role(name, *rules, kind="ClusterRole"))
    body = binding(name, name, kind="ClusterRoleBinding", subject=user)
    answer = await server.admin("POST", f"{RBAC}/clusterrolebindings", body)
    assert answer.status == 201, answer.doc


def story(tmp_path, tell, *rules):
    """Alice holds `rules` and tries."""

    async def run():
        async with guarded(tmp_path) as server:
            await server.account("x", "bot")
            if rules:
                await grant(server, *rules)
            alice = server.context(server.pki, "alice")

            async def tries(method, path, body=None, **options):
                return await server.call(method, path, body, tls=alice, **options)

            await tell(server, tries)

    asyncio.run(run())


def forbidden(answer, match=""):
    assert (answer.status, answer.doc["reason"]) == (403, "Forbidden"), answer.doc
    assert match in answer.message, answer.message


HANDLES_ROLES = rule("create update patch get delete", "roles rolebindings clusterroles clusterrolebindings", GROUP)
READS_PODS = rule("get list", "pods")


def test_nobody_writes_a_role_beyond_their_own_rights(tmp_path):
    async def tell(server, tries):
        attempt = "is attempting to grant RBAC permissions not currently held"
        assert (await tries("POST", ROLES, role("mine", READS_PODS))).status == 201
        forbidden(await tries("POST", ROLES, role("more", rule("delete", "pods"))), attempt)
        forbidden(await tries("POST", ROLES, role("more", rule("get", "secrets"))), attempt)
        forbidden(await tries("POST", ROLES, role("more", rule("*", "pods"))), attempt)
        forbidden(await tries("POST", ROLES, role("more", rule("get", "*", "*"))), attempt)
        forbidden(await tries("PUT", f"{ROLES}/mine", role("mine", READS_PODS, rule("get", "secrets"))), attempt)
        patch = {"rules": [rule("get", "secrets")]}
        headers = {"Content-Type": "application/merge-patch+json"}
        forbidden(await tries("PATCH", f"{ROLES}/mine", patch, headers=headers), attempt)
        apply = json.loads(json.dumps(role("applied", rule("get", "secrets"))))
        headers = {"Content-Type": "application/apply-patch+yaml"}
        forbidden(await tries("PATCH", f"{ROLES}/applied?fieldManager=a", apply, headers=headers), attempt)
        paths = {"verbs": ["get"], "nonResourceURLs": ["/metrics"]}
        forbidden(await tries("POST", f"{RBAC}/clusterroles", role("p", paths, kind="ClusterRole")), attempt)
        gathers = {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}
        body = role("g", kind="ClusterRole", **gathers)
        forbidden(await tries("POST", f"{RBAC}/clusterroles", body), "must have cluster-admin privileges")

    story(tmp_path, tell, HANDLES_ROLES, READS_PODS)


def test_nobody_binds_a_role_beyond_their_own_rights(tmp_path):
    async def tell(server, tries):
        forbidden(await tries("POST", BINDINGS, binding("b", "cluster-admin")))
        forbidden(await tries("POST", BINDINGS, binding("b", "view")))
        body = binding("b", "cluster-admin", kind="ClusterRoleBinding")
        forbidden(await tries("POST", f"{RBAC}/clusterrolebindings", body))
        await server.admin("POST", ROLES, role("reads", READS_PODS))
        mine = binding("b", "reads", role_kind="Role")
        assert (await tries("POST", BINDINGS, mine)).status == 201
        mine["subjects"].append({"kind": "User", "name": "bob", "apiGroup": GROUP})
        assert (await tries("PUT", f"{BINDINGS}/b", mine)).status == 200
        answer = await tries("POST", BINDINGS, binding("c", "absent"))
        assert answer.status == 404
        await server.admin("POST", BINDINGS, binding("theirs", "admin", subject="bob"))
        theirs = binding("theirs", "admin", subject="alice")
        forbidden(await tries("PUT", f"{BINDINGS}/theirs", theirs))

    story(tmp_path, tell, HANDLES_ROLES, READS_PODS)


def test_bind_and_escalate_are_rights_of_their_own(tmp_path):
    async def tell(server, tries):
        assert (await tries("POST", BINDINGS, binding("b", "view"))).status == 201
        forbidden(await tries("POST", BINDINGS, binding("c", "edit")))
        assert (await tries("POST", ROLES, role("any", rule("*", "*", "*")))).status == 201
        forbidden(await tries("POST", f"{RBAC}/clusterroles", role("any", rule("*", "*"), kind="ClusterRole")))

    story(
        tmp_path,
        tell,
        HANDLES_ROLES,
        rule("bind", "clusterroles", GROUP, ["view"]),
        rule("escalate", "roles", GROUP),
    )


def test_a_role_reference_does_not_change(tmp_path):
    async def tell(server, tries):
        await server.admin("POST", BINDINGS, binding("b", "view"))
        answer = await tries("PUT", f"{BINDINGS}/b", binding("b", "cluster-admin"))
        assert answer.status in (403, 422)

    story(tmp_path, tell, HANDLES_ROLES)


def test_tokens_of_service_accounts_are_for_those_who_may_make_them(tmp_path):
    path = "/api/v1/namespaces/x/serviceaccounts/bot/token"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}

    async def tell(server, tries):
        forbidden(await tries("POST", path, body))
        await grant(server, rule("create", "serviceaccounts/token", names=["other"]), name="other")
        forbidden(await tries("POST", path, body))
        await grant(server, rule("create", "serviceaccounts/token", names=["bot"]), name="bot")
        answer = await tries("POST", path, body)
        assert answer.status == 201
        bot = answer.doc["status"]["token"]
        forbidden(await server.call("GET", "/api/v1/namespaces/x/secrets", token=bot))

    story(tmp_path, tell, rule("get create update", "serviceaccounts"))


def test_impersonation_without_right(tmp_path):
    async def tell(server, tries):
        for headers in (
            {"Impersonate-User": "system:admin"},
            {"Impersonate-User": "bob", "Impersonate-Group": "system:masters"},
            {"Impersonate-User": "bob", "Impersonate-Uid": "1"},
            {"Impersonate-User": "bob", "Impersonate-Extra-example.org%2Fa": "b"},
            {"Impersonate-User": "system:serviceaccount:x:bot"},
            {"Impersonate-User": "system:node:n"},
        ):
            forbidden(await tries("GET", "/api/v1/nodes", headers=headers))
        assert (await tries("GET", "/api/v1/nodes", headers={"Impersonate-Group": "system:masters"})).status == 400
        answer = await server.whoami(tls=server.context(server.pki, "alice"), headers={"Impersonate-User": "bob"})
        assert answer.doc["status"]["userInfo"]["username"] == "bob"

    story(tmp_path, tell, rule("impersonate", "users", names=["bob"]))


def csr(signer, common_name, *groups, usages=("client auth",), name="c"):
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    subject += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    pem = request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.PEM)
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": name},
        "spec": {"request": base64.b64encode(pem).decode(), "signerName": signer, "usages": list(usages)},
    }


CSRS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
CLIENT = "kubernetes.io/kube-apiserver-client"


def test_certificates_for_more_than_one_is(tmp_path):
    async def tell(server, tries):
        forbidden(await tries("POST", CSRS, csr(CLIENT, "root", "system:masters")))
        answer = await tries("POST", CSRS, csr(CLIENT, "bob", "dev"))
        assert answer.status == 201
        # the requester is whoever asks, whatever the object says
        assert answer.doc["spec"]["username"] == "alice"
        forged = csr(CLIENT, "bob", name="d")
        forged["spec"] |= {"username": "system:admin", "groups": ["system:masters"]}
        assert (await tries("POST", CSRS, forged)).doc["spec"]["username"] == "alice"
        approved = {**answer.doc, "status": {"conditions": [{"type": "Approved", "status": "True", "reason": "me"}]}}
        forbidden(await tries("PUT", f"{CSRS}/c/approval", approved), "approve")
        certificate = base64.b64encode(server.pki.ca_file.read_bytes()).decode()
        signed = {**answer.doc, "status": {"certificate": certificate}}
        forbidden(await tries("PUT", f"{CSRS}/c/status", signed))

    rights = rule(
        "create get update",
        "certificatesigningrequests certificatesigningrequests/approval certificatesigningrequests/status",
        "certificates.k8s.io",
    )
    story(tmp_path, tell, rights)


def pod(name, node="", account="bot", **spec):
    containers = [core_v1.Container(name="c", image="i")]
    found = core_v1.PodSpec(node_name=node, service_account_name=account, containers=containers, **spec)
    return core_v1.Pod(metadata=meta_v1.ObjectMeta(name=name, namespace="x"), spec=found)


def test_a_node_gets_no_more_than_its_pods_need(tmp_path):
    def token_request(**bound):
        spec = {"boundObjectRef": {"apiVersion": "v1", **bound}} if bound else {}
        return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}

    async def tell(server, tries):
        node = server.context(server.pki, "system:node:n1", "system:nodes")
        await server.account("x", "other")
        for name in ("n1", "n2"):
            await server.registry.create(core_v1.Node(metadata=meta_v1.ObjectMeta(name=name)))
        for name in ("mine", "theirs"):
            await server.registry.create(core_v1.Secret(metadata=meta_v1.ObjectMeta(name=name, namespace="x")))
        volume = core_v1.Volume(name="v", secret=core_v1.SecretVolumeSource(secret_name="mine"))
        mine = await server.registry.create(pod("mine", "n1", volumes=[volume]))
        theirs = await server.registry.create(pod("theirs", "n2", account="other"))

        async def asks(method, path, body=None, **options):
            return await server.call(method, path, body, tls=node, **options)

        assert (await asks("GET", "/api/v1/namespaces/x/secrets/mine")).status == 200
        forbidden(await asks("GET", "/api/v1/namespaces/x/secrets/theirs"))
        forbidden(await asks("GET", "/api/v1/namespaces/x/secrets"))
        forbidden(await asks("GET", "/api/v1/pods"))
        assert (await asks("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1")).status == 200
        forbidden(await asks("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn2"))
        forbidden(await asks("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1%2Cjunk"))
        forbidden(await asks("DELETE", "/api/v1/namespaces/x/pods/theirs"))
        token = "/api/v1/namespaces/x/serviceaccounts/bot/token"
        good = token_request(kind="Pod", name="mine", uid=mine.metadata.uid)
        assert (await asks("POST", token, good)).status == 201
        forbidden(await asks("POST", token, token_request()))
        forbidden(await asks("POST", token, token_request(kind="Pod", name="theirs", uid=theirs.metadata.uid)))
        other = token.replace("bot", "other")
        forbidden(await asks("POST", other, token_request(kind="Pod", name="mine", uid=mine.metadata.uid)))
        labels = {"metadata": {"labels": {"node-restriction.kubernetes.io/a": "b"}}}
        headers = {"Content-Type": "application/merge-patch+json"}
        forbidden(await asks("PATCH", "/api/v1/nodes/n1", labels, headers=headers))

    story(tmp_path, tell)


def test_a_cluster_admin_by_binding_is_no_master_by_name(tmp_path):
    """Groups come from credentials alone: no object of the API puts anybody into one."""

    async def tell(server, tries):
        subject = rbac_v1.Subject(kind="Group", name="system:masters", api_group=GROUP)
        assert subject.name == "system:masters"
        answer = await server.whoami(tls=server.context(server.pki, "alice"))
        assert answer.doc["status"]["userInfo"]["groups"] == ["system:authenticated"]

    story(tmp_path, tell)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/x/pods/../secrets",
        "/api/v1/namespaces/x/%2e%2e/y/secrets",
        "/api/v1/namespaces/x//secrets",
        "/api/v1/namespaces/x/pods%2F..%2Fsecrets/s",
        "/api/v1/namespaces/x/pods/p%2Flog",
        "//api/v1/namespaces/x/secrets",
        "/api/v1/namespaces/x/secrets/",
        "/API/v1/namespaces/x/secrets",
        "/api/v1/watch/namespaces/x/secrets",
        "/api/v1/namespaces/x/secrets?watch=1",
        "/api/v1/secrets?fieldSelector=metadata.namespace%3Dx",
    ],
)
def test_no_path_leads_around(tmp_path, path):
    async def tell(server, tries):
        await server.registry.create(core_v1.Secret(metadata=meta_v1.ObjectMeta(name="s", namespace="x")))
        answer = await tries("GET", path)
        assert answer.status in (400, 403, 404), answer.doc

    story(tmp_path, tell, READS_PODS)
