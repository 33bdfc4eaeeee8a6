"""What has to hold in the manifests of Kubernetes. Started by check-kubernetes, with the folder."""

import argparse
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import kubernetes_validate
import yaml

# The oldest and the newest that are supported somewhere.
VERSIONS = ("1.29", "1.37")
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
# What a secret may hold in a check.
KEY = "00112233445566778899aabbccddeeff" * 2


class Fault(Exception):
    """A folder that cannot be read as kustomize would."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--binary", type=Path)
    parser.add_argument("--database", help="the address of an empty database on PostgreSQL, for a deployment of several nodes")
    asked = parser.parse_args()
    try:
        made = built(asked.folder)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    problems = []
    for document in made:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                problems.append(f"{document['kind']} {document['metadata']['name']}, Kubernetes {version}: {error.message}")
    problems += told_of(made)
    for problem in problems:
        print(f"{asked.folder}: {problem}", file=sys.stderr)
    if problems:
        return 1
    print(f"{asked.folder.name}: {len(made)} manifests fit the schemas of Kubernetes {' and '.join(VERSIONS)}, and each other")
    if asked.binary:
        start(made, asked.binary, asked.database)
    return 0


def built(folder):
    """What kustomize makes of a folder: of its own files, another's, and patches that take a document away or put a whole
    `spec` in place of the former. Any other patch is refused, since kustomize would know better what becomes of it."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    patches = [patch["path"] for patch in kustomization.get("patches", [])]
    own = [name for name in kustomization["resources"] if not (folder / name).is_dir()]
    there = sorted(file.name for file in folder.glob("*.yaml") if file.name != "kustomization.yaml")
    if sorted(own + patches) != there:
        raise Fault(f"{folder}/kustomization.yaml names {sorted(own + patches)}, and there are {there}")
    made = []
    for name in kustomization["resources"]:
        if name in own:
            made += yaml.safe_load_all((folder / name).read_text())
        else:
            made += built((folder / name).resolve())
    for name in patches:
        patch = yaml.safe_load((folder / name).read_text())
        found = [document for document in made if named(document) == named(patch)]
        if len(found) != 1:
            raise Fault(f"{folder / name} patches what is not there: {named(patch)}")
        if patch.get("$patch") == "delete":
            made.remove(found[0])
        elif patch.get("spec", {}).pop("$patch", None) == "replace" and patch.keys() == {"apiVersion", "kind", "metadata", "spec"}:
            found[0]["spec"] = patch["spec"]
        else:
            raise Fault(f"{folder / name} is no patch that this check understands: `$patch: delete`, or a `spec` with `$patch: replace`")
    return made


def named(document):
    """What a patch means by."""
    return document["apiVersion"], document["kind"], document["metadata"]["name"], document["metadata"].get("namespace")


def told_of(made):
    """What no schema says."""
    kinds = {document["kind"]: document for document in made}
    policies = [document["spec"] for document in made if document["kind"] == "NetworkPolicy"]
    deployment = kinds["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    container, *others = pod["containers"]
    walls = container["securityContext"]
    ports = {port["name"] for port in container["ports"]}
    labels = deployment["template"]["metadata"]["labels"].items()
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    rules = {
        "one container": not others,
        "links of services are off: their variables would be refused as settings": pod["enableServiceLinks"] is False,
        "no token of the cluster": pod["automountServiceAccountToken"] is False,
        "as the container file's user": f"USER {pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}\n" in Path(__file__).with_name("Containerfile").read_text(),
        "the restricted standard for pods": pod["securityContext"]["runAsNonRoot"] is True
        and pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        and walls["allowPrivilegeEscalation"] is False
        and walls["capabilities"] == {"drop": ["ALL"]},
        "the root cannot be written": walls["readOnlyRootFilesystem"] is True,
        "probes ask for life and readiness at a port that is there": [container[probe]["httpGet"]["path"] for probe in PROBES] == ["/healthz", "/healthz", "/readyz"]
        and {container[probe]["httpGet"]["port"] for probe in PROBES} <= ports,
        "the deployment counts its own pods": deployment["selector"]["matchLabels"].items() <= labels,
        "the service leads to the pod": kinds["Service"]["spec"]["selector"].items() <= labels and {port["targetPort"] for port in kinds["Service"]["spec"]["ports"]} <= ports,
        "the policies are about the pod": all(policy["podSelector"]["matchLabels"].items() <= labels for policy in policies),
        "the policies let in to a port that is there": {port["port"] for policy in policies for way in policy.get("ingress", []) for port in way["ports"]} == ports,
        "the vendors are let out to": 443 in out(policies),
        "the settings are the ones that are there": [source["configMapRef"]["name"] for source in container["envFrom"]] == [kinds["ConfigMap"]["metadata"]["name"]],
        "what is mounted is there": mounts == {volume["name"] for volume in pod["volumes"]},
        "all of it is in one name space": {kind["metadata"].get("namespace") for kind in made if kind["kind"] != "Namespace"} == {kinds["Namespace"]["metadata"]["name"]},
    }
    rules |= of_nodes(kinds, policies) if is_shared(made) else of_one(kinds)
    return [rule for rule, holds in rules.items() if not holds]


def is_shared(made):
    """Whether several nodes are to serve one database."""
    return any(document["kind"] == "Deployment" and document["spec"]["strategy"]["type"] != "Recreate" for document in made)


def of_one(kinds):
    """What has to hold where the database is a file."""
    deployment = kinds["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "persistentVolumeClaim" in volume]
    return {
        "one pod at a time, while SQLite is the store": deployment["replicas"] == 1 and deployment["strategy"] == {"type": "Recreate"},
        "the claim is the one that is there": claims == [kinds["PersistentVolumeClaim"]["metadata"]["name"]],
        "a key that was made private is not opened to the group at the next start": pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch",
    }


def of_nodes(kinds, policies):
    """What has to hold where several share one on PostgreSQL."""
    deployment = kinds["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    container = pod["containers"][0]
    labels = deployment["template"]["metadata"]["labels"].items()
    secrets = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in container["env"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    work = [mount["name"] for mount in container["volumeMounts"] if mount["mountPath"] == "/data"]
    rolling = deployment["strategy"]["rollingUpdate"]
    spreads = pod["topologySpreadConstraints"]
    disruption = kinds["PodDisruptionBudget"]["spec"]
    pause, paused = container["lifecycle"]["preStop"]["exec"]["command"]
    return {
        "three nodes, replaced one at a time": deployment["replicas"] == 3 and deployment["strategy"]["type"] == "RollingUpdate" and rolling == {"maxUnavailable": 1, "maxSurge": 1},
        "nothing is kept in a pod": "PersistentVolumeClaim" not in kinds and not any("persistentVolumeClaim" in volume for volume in pod["volumes"]),
        "the working directory can be written": [list(volumes[name]) for name in work] == [["name", "emptyDir"]],
        "address and key come from secrets, and nothing else does": set(secrets) == {"REPAIRBRIDGE_STORE__URL", "REPAIRBRIDGE_VAULT_KEY"} and not any(secret.get("optional") for secret in secrets.values()),
        "two nodes stay where machines are emptied": disruption == {"minAvailable": 2, "selector": {"matchLabels": dict(labels)}},
        "nodes are spread over machines": [(spread["topologyKey"], spread["labelSelector"]["matchLabels"].items() <= labels) for spread in spreads] == [("kubernetes.io/hostname", True)],
        "a browser stays with its node": kinds["Service"]["spec"]["sessionAffinity"] == "ClientIP",
        "nobody is sent to a node that ends": pause == "/bin/sleep" and int(paused) >= 3,
        "what is being written comes to its end: ten seconds, and some more": pod["terminationGracePeriodSeconds"] - int(paused) >= 20,
        "the database is let out to": 5432 in out(policies),
    }


def out(policies):
    """The ports that are let out to."""
    return {port["port"] for policy in policies for way in policy.get("egress", []) for port in way["ports"]}


def start(made, binary, database):
    """The program with the deployment's settings, asked as its probes ask. Alone, it is started twice: the second time,
    everything is there. Of several, two start at once on an empty database, and one leaves before the other."""
    kinds = {document["kind"]: document for document in made}
    pod = kinds["Deployment"]["spec"]["template"]["spec"]
    probes = [pod["containers"][0][probe]["httpGet"] for probe in PROBES]
    with tempfile.TemporaryDirectory(prefix="repairbridge-check-kubernetes.") as scratch:
        tls = Path(scratch, "tls")
        tls.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=repairbridge.example", "-addext", "subjectAltName=DNS:repairbridge.example", "-keyout", tls / "tls.key", "-out", tls / "tls.crt"],
            check=True,
            capture_output=True,
        )
        (tls / "tls.key").chmod(0o440)
        settings = {name: value.replace("/tls/", f"{tls}/") for name, value in kinds["ConfigMap"]["data"].items()} | {"PATH": os.environ["PATH"]}
        data = [volume(scratch, "data"), volume(scratch, "other")]
        if not is_shared(made):
            for _ in range(2):
                with service(binary, data[0], settings | kept_in(data[0])) as (listen, process):
                    answers(probes, listen, process)
            print("started with the deployment's settings, it answers its probes")
            return
        if not database:
            raise SystemExit("several nodes want --database")
        kept_elsewhere = {"REPAIRBRIDGE_STORE__URL": database, "REPAIRBRIDGE_VAULT_KEY": KEY}
        # As the container file has it, although nothing is to lie there.
        settings |= {"REPAIRBRIDGE_VAULT__KEY_FILE": f"{data[0]}/repairbridge.key"} | kept_elsewhere
        with service(binary, data[0], settings) as stays:
            with service(binary, data[1], settings) as leaves:
                answers(probes, *leaves)
                answers(probes, *stays)
            answers(probes, *stays)
        if list(data[0].iterdir()) or list(data[1].iterdir()):
            raise SystemExit(f"something is kept in a pod: {list(data[0].iterdir()) + list(data[1].iterdir())}")
    print("two nodes started with the deployment's settings on one empty database, they answer their probes; one ended when asked, and the other stayed")


def volume(scratch, name):
    """A folder as volumes come: open to the group."""
    place = Path(scratch, name)
    place.mkdir()
    place.chmod(0o2770)
    return place


def kept_in(data):
    """Where the container file keeps database and key."""
    return {"REPAIRBRIDGE_STORE__URL": f"sqlite://{data}/repairbridge.db", "REPAIRBRIDGE_VAULT__KEY_FILE": f"{data}/repairbridge.key"}


@contextmanager
def service(binary, folder, settings):
    """The program, which has to end well when asked to."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = "%s:%d" % taken.getsockname()
    process = subprocess.Popen([binary.resolve(), "serve"], env=settings | {"REPAIRBRIDGE_SERVER__LISTEN": listen}, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield listen, process
    finally:
        process.terminate()
        _, said = process.communicate(timeout=40)
    if process.returncode != 0:
        raise SystemExit(f"it ended with {process.returncode}: {said.decode()}")


def answers(probes, listen, process):
    """Waits until every probe is answered, asked as the kubelet does: by address, without a look at the certificate."""
    trusting = ssl._create_unverified_context()
    for probe in probes:
        address = f"{probe['scheme'].lower()}://{listen}{probe['path']}"
        for _ in range(150):
            if process.poll() is not None:
                raise SystemExit(f"it ended by itself: {process.stderr.read().decode()}")
            try:
                with urllib.request.urlopen(address, context=trusting, timeout=5) as answer:
                    if answer.status == 200:
                        break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        else:
            raise SystemExit(f"{address} is not answered")


if __name__ == "__main__":
    if not shutil.which("openssl") and "--binary" in sys.argv:
        raise SystemExit("openssl is missing; install it and start again")
    sys.exit(main())
