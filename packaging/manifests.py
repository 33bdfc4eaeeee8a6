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
from pathlib import Path

import kubernetes_validate
import yaml

# The oldest and the newest that are supported somewhere.
VERSIONS = ("1.29", "1.37")
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--binary", type=Path)
    asked = parser.parse_args()
    named = yaml.safe_load((asked.folder / "kustomization.yaml").read_text())["resources"]
    there = sorted(file.name for file in asked.folder.glob("*.yaml") if file.name != "kustomization.yaml")
    problems = [] if sorted(named) == there else [f"kustomization.yaml names {sorted(named)}, and there are {there}"]
    kinds = {}
    for name in there:
        for document in yaml.safe_load_all((asked.folder / name).read_text()):
            kinds[document["kind"]] = document
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    problems.append(f"{name}, Kubernetes {version}: {error.message}")
    problems += told_of(kinds)
    for problem in problems:
        print(f"packaging/kubernetes: {problem}", file=sys.stderr)
    if problems:
        return 1
    print(f"{len(there)} manifests fit the schemas of Kubernetes {' and '.join(VERSIONS)}, and each other")
    if asked.binary:
        start(kinds, asked.binary)
    return 0


def told_of(kinds):
    """What no schema says."""
    deployment = kinds["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    container, *others = pod["containers"]
    walls = container["securityContext"]
    ports = {port["name"] for port in container["ports"]}
    labels = deployment["template"]["metadata"]["labels"].items()
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "persistentVolumeClaim" in volume]
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    rules = {
        "one pod at a time, while SQLite is the store": deployment["replicas"] == 1 and deployment["strategy"] == {"type": "Recreate"},
        "one container": not others,
        "links of services are off: their variables would be refused as settings": pod["enableServiceLinks"] is False,
        "no token of the cluster": pod["automountServiceAccountToken"] is False,
        "as the container file's user": f"USER {pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}\n" in Path(__file__).with_name("Containerfile").read_text(),
        "the restricted standard for pods": pod["securityContext"]["runAsNonRoot"] is True
        and pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        and walls["allowPrivilegeEscalation"] is False
        and walls["capabilities"] == {"drop": ["ALL"]},
        "the root cannot be written": walls["readOnlyRootFilesystem"] is True,
        "a key that was made private is not opened to the group at the next start": pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch",
        "probes ask for life and readiness at a port that is there": [container[probe]["httpGet"]["path"] for probe in PROBES] == ["/healthz", "/healthz", "/readyz"]
        and {container[probe]["httpGet"]["port"] for probe in PROBES} <= ports,
        "the service leads to the pod": kinds["Service"]["spec"]["selector"].items() <= labels and {port["targetPort"] for port in kinds["Service"]["spec"]["ports"]} <= ports,
        "the policy is about the pod": kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"].items() <= labels,
        "the policy lets in to a port that is there": {port["port"] for way in kinds["NetworkPolicy"]["spec"]["ingress"] for port in way["ports"]} <= ports,
        "the claim is the one that is there": claims == [kinds["PersistentVolumeClaim"]["metadata"]["name"]],
        "the settings are the ones that are there": [source["configMapRef"]["name"] for source in container["envFrom"]] == [kinds["ConfigMap"]["metadata"]["name"]],
        "what is mounted is there": mounts == {volume["name"] for volume in pod["volumes"]},
        "all of it is in one name space": {kind["metadata"].get("namespace") for kind in kinds.values() if kind["kind"] != "Namespace"} == {kinds["Namespace"]["metadata"]["name"]},
    }
    return [rule for rule, holds in rules.items() if not holds]


def start(kinds, binary):
    """The program with the deployment's settings, asked as its probes ask. Twice: the second time, everything is there."""
    container = kinds["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    with tempfile.TemporaryDirectory(prefix="repairbridge-check-kubernetes.") as scratch:
        # As volumes come: open to the group, and the certificate readable by it.
        data, tls = Path(scratch, "data"), Path(scratch, "tls")
        data.mkdir()
        data.chmod(0o2770)
        tls.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=repairbridge.example", "-addext", "subjectAltName=DNS:repairbridge.example", "-keyout", tls / "tls.key", "-out", tls / "tls.crt"],
            check=True,
            capture_output=True,
        )
        (tls / "tls.key").chmod(0o440)
        settings = {name: value.replace("/tls/", f"{tls}/") for name, value in kinds["ConfigMap"]["data"].items()}
        settings |= {
            "REPAIRBRIDGE_STORE__URL": f"sqlite://{data}/repairbridge.db",
            "REPAIRBRIDGE_VAULT__KEY_FILE": f"{data}/repairbridge.key",
            "PATH": os.environ["PATH"],
        }
        with socket.create_server(("127.0.0.1", 0)) as taken:
            listen = "%s:%d" % taken.getsockname()
        settings["REPAIRBRIDGE_SERVER__LISTEN"] = listen
        for _ in range(2):
            service = subprocess.Popen([binary.resolve(), "serve"], env=settings, cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                for probe in PROBES:
                    wait_for(container[probe]["httpGet"], listen, service)
            finally:
                service.terminate()
                _, said = service.communicate(timeout=60)
            if service.returncode != 0:
                raise SystemExit(f"it ended with {service.returncode}: {said.decode()}")
    print("started with the deployment's settings, it answers its probes")


def wait_for(probe, listen, service):
    """Asks as the kubelet does: by address, without a look at the certificate."""
    address = f"{probe['scheme'].lower()}://{listen}{probe['path']}"
    trusting = ssl._create_unverified_context()
    for _ in range(150):
        if service.poll() is not None:
            raise SystemExit(f"it ended by itself: {service.stderr.read().decode()}")
        try:
            with urllib.request.urlopen(address, context=trusting, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"{address} is not answered")


if __name__ == "__main__":
    if not shutil.which("openssl") and "--binary" in sys.argv:
        raise SystemExit("openssl is missing; install it and start again")
    sys.exit(main())
