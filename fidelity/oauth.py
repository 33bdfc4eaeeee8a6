"""The official Python SDK completes the OAuth flow against the HighLevel twin, in generation v3 (highlevel-api.md 4, 15).

The SDK builds its link for the vendor's own host; its path and query are taken to the twin.
"""

import asyncio
import json
import os
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from highlevel import HighLevel

from tally import Tally, holds, refused, same

TWIN = json.loads(os.environ["FIDELITY_TWIN"])["highlevel"]
BASE = TWIN["base_url"]
BACK = "http://127.0.0.1:9/python/callback"
SCOPES = "contacts.readonly contacts.write calendars.readonly oauth.readonly oauth.write"


class TwinHighLevel(HighLevel):
    """The SDK has no option for its address; the class attribute is read at construction."""

    BASE_URL = BASE


class Page(HTMLParser):
    """What a browser would send from the authorisation page."""

    def __init__(self, text, install):
        super().__init__()
        self.action = None
        self.fields = []
        self.install = install
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        if tag != "input":
            return
        kind = attrs["type"]
        if kind == "hidden" or (kind == "checkbox" and "checked" in attrs) or (
                kind == "radio" and attrs["value"] == self.install):
            self.fields.append((attrs["name"], attrs["value"]))


async def control(path, method="GET", body=None):
    async with httpx.AsyncClient() as client:
        answer = await client.request(method, TWIN["control_url"] + path, json=body)
        holds(answer.is_success, f"{method} {path}: {answer.status_code}")
        return answer.json() if answer.content else None


async def consent(link, install):
    """Chooses on the page and allows; the code."""
    address = urlsplit(link)
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{BASE}{address.path}?{address.query}")
        page = Page(answer.text, install)
        holds(page.action, f"no form on the page: {answer.text[-400:]}")
        answer = await client.post(
            BASE + page.action, content=urlencode(page.fields + [("decision", "allow")]),
            headers={"content-type": "application/x-www-form-urlencoded"})
    holds(answer.status_code in (302, 303), f"sent back with {answer.status_code}")
    back = answer.headers["location"]
    holds(back.startswith(BACK + "?"), back)
    query = parse_qs(urlsplit(back).query)
    same(query["state"], ["from here"])
    return query["code"][0]


class Flow:
    """From the install link to the uninstall; each check builds on those before."""

    async def prepare(self):
        """the app is registered"""
        known = await control("/credentials")
        self.client, self.secret = known["clientId"], known["clientSecret"]
        self.app, self.company = known["appId"], known["companyId"]
        await control("/oauth/app", "PUT", {"redirect": BACK})
        await control("/oauth/locations", "POST", {"name": "Python Two"})
        listed = (await control("/oauth/locations"))["locations"]
        self.locations = [one["locationId"] for one in listed]
        self.location = self.locations[0]
        self.sdk = TwinHighLevel(client_id=self.client, client_secret=self.secret, log_level="none")
        self.sessions = self.sdk.get_session_storage()

    def link(self):
        link = self.sdk.oauth.get_authorization_url(self.client, BACK, SCOPES)
        same(link.split("?")[0], "https://marketplace.gohighlevel.com/v2/oauth/chooselocation")
        return f"{link}&version_id={self.app}&state=from+here"

    async def exchange(self, code):
        return await self.sdk.oauth.get_access_token({
            "clientId": self.client, "clientSecret": self.secret, "grantType": "authorization_code",
            "code": code, "redirectUri": BACK})

    async def refresh(self, token, user_type="Location"):
        return await self.sdk.oauth.refresh_token(token, self.client, self.secret, "refresh_token", user_type)

    async def code(self):
        """its link leads to the page, and the code becomes tokens of the location, once"""
        code = await consent(self.link(), self.location)
        self.tokens = await self.exchange(code)
        same((self.tokens["userType"], self.tokens["locationId"]), ("Location", self.location))
        same((self.tokens["scope"], self.tokens["expiresIn"]), (SCOPES, 86399))
        answer = await refused(self.exchange(code), 401)
        same(answer["error_description"], "Authorization code not found")

    async def call(self):
        """calls are made with the stored token"""
        await self.sessions.set_session(self.location, self.tokens)
        holds((await self.sdk.calendars.get_calendars(self.location))["calendars"], "no calendars")
        made = await self.sdk.contacts.create_contact({"locationId": self.location, "firstName": "Authorised"})
        same(made["contact"]["createdBy"]["sourceId"], self.client)

    async def rotation(self):
        """a refresh rotates"""
        before = self.tokens["refreshToken"]
        self.tokens = await self.refresh(before)
        holds(self.tokens["refreshToken"] != before, "not rotated")
        same((await self.refresh(before))["refreshToken"], self.tokens["refreshToken"], "within the grace")
        answer = await refused(self.refresh("nonsense"), 400)
        same(answer["message"], "Invalid grant: refresh token is invalid")

    async def ahead(self):
        """a token that is about to end is refreshed before the call"""
        await self.sessions.set_session(self.location, {**self.tokens, "expiresIn": 10})
        counts = (await control("/oauth/counts"))["installations"]
        before = counts[self.location]["refreshes"]
        holds((await self.sdk.calendars.get_calendars(self.location))["calendars"], "no calendars")
        counts = (await control("/oauth/counts"))["installations"]
        same(counts[self.location]["refreshes"] - before, 1)

    async def bulk(self):
        """a bulk install gives a Company token and lists where the app is"""
        self.whole = await self.exchange(await consent(self.link(), "agency"))
        same((self.whole["userType"], self.whole["isBulkInstallation"]), ("Company", True))
        same(self.whole["approvedLocations"], self.locations)
        await self.sessions.set_session(self.company, self.whole)
        first = await self.sdk.oauth.get_installed_location(
            self.company, self.app, page_size=1, is_installed=True)
        same([one["_id"] for one in first["items"]], self.locations[:1])
        same(first["pagination"]["totalRecords"], len(self.locations))
        second = await self.sdk.oauth.get_installed_location(
            self.company, self.app, page_size=1, is_installed=True,
            page_token=first["pagination"]["nextPageToken"])
        same([one["_id"] for one in second["items"]], self.locations[1:2])

    async def per_location(self):
        """the Company token is exchanged for one of each location"""
        for location in self.locations:
            token = await self.sdk.oauth.get_location_access_token(
                {"companyId": self.company, "locationId": location})
            same((token["userType"], token["locationId"]), ("Location", location))
            await self.sessions.set_session(location, token)
            made = await self.sdk.contacts.create_contact({"locationId": location, "firstName": "From the agency"})
            same(made["contact"]["locationId"], location)

    async def uninstall(self):
        """an uninstall ends the tokens"""
        answer = await self.sdk.marketplace.uninstall_application(
            self.app, {"companyId": self.company}, {"preferred_token_type": "company"})
        same(answer["success"], True)
        await refused(self.refresh(self.whole["refreshToken"], "Company"), 400)

    def checks(self):
        return [
            self.prepare, self.code, self.call, self.rotation, self.ahead, self.bulk, self.per_location,
            self.uninstall,
        ]


async def main():
    tally = Tally("Python SDK, OAuth")
    await tally.run(Flow().checks())
    return tally


asyncio.run(main()).end()
