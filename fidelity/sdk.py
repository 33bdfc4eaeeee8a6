"""The official Python SDK against the HighLevel twin, in generation v3 (highlevel-api.md 15)."""

import asyncio
import json
import os
import re
from datetime import datetime, timedelta, timezone

from highlevel import HighLevel

from tally import Tally, holds, refused, same

TWIN = json.loads(os.environ["FIDELITY_TWIN"])["highlevel"]
LOCATION = TWIN["location_id"]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ID = re.compile(r"[0-9A-Za-z]{20}")
EMAIL = "Mary.Fidelity@Example.com"
PHONE = "+447700900456"


class TwinHighLevel(HighLevel):
    """The SDK has no option for its address; the class attribute is read at construction."""

    BASE_URL = TWIN["base_url"]


def done(answer):
    same(answer["succeeded"], True)
    holds(UUID.fullmatch(answer["traceId"]), "no trace id")


class Scenario:
    """One contact from its creation to its end; each check builds on those before."""

    def __init__(self):
        self.sdk = TwinHighLevel(private_integration_token=TWIN["token"], log_level="none")
        self.contacts = self.sdk.contacts
        self.locations = self.sdk.locations
        self.calendars = self.sdk.calendars
        self.opportunities = self.sdk.opportunities
        self.conversations = self.sdk.conversations
        hour = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
        self.start = hour + timedelta(hours=72)

    async def contact_create(self):
        """contacts: create answers the whole contact"""
        answer = await self.contacts.create_contact({
            "locationId": LOCATION, "firstName": "Mary", "lastName": "Somerville", "email": EMAIL,
            "phone": PHONE, "tags": ["VIP"], "dndSettings": {"email": {"status": "active"}},
        })
        holds(UUID.fullmatch(answer["traceId"]), "no trace id")
        self.contact = answer["contact"]["id"]
        holds(ID.fullmatch(self.contact), "not an id")
        same(answer["contact"]["locationId"], LOCATION)
        same(answer["contact"]["tags"], ["vip"])

    async def contact_get(self):
        """contacts: get reads back what was written, with the channels of v3"""
        contact = (await self.contacts.get_contact(self.contact))["contact"]
        same(contact["firstName"], "Mary")
        same(contact["email"].lower(), EMAIL.lower())
        same(contact["phone"], PHONE)
        same(contact["dndSettings"]["email"]["status"], "active")
        holds("Email" not in contact["dndSettings"], "a dated channel under v3")

    async def contact_duplicate(self):
        """contacts: a duplicate number is refused and names the first"""
        answer = await refused(self.contacts.create_contact({"locationId": LOCATION, "phone": PHONE}), 400)
        same(answer["meta"]["contactId"], self.contact)
        same(answer["meta"]["matchingField"], "phone")

    async def contact_update(self):
        """contacts: update changes only what was sent"""
        answer = await self.contacts.update_contact(self.contact, {"lastName": "Fairfax"})
        done(answer)
        same(answer["contact"]["lastName"], "Fairfax")
        contact = (await self.contacts.get_contact(self.contact))["contact"]
        same((contact["firstName"], contact["lastName"], contact["phone"]), ("Mary", "Fairfax", PHONE))

    async def contact_unknown_property(self):
        """contacts: an undocumented property is refused"""
        answer = await refused(self.contacts.update_contact(self.contact, {"nickname": "M"}), 422)
        same(answer["message"], ["property nickname should not exist"])

    async def custom_field(self):
        """contacts: a custom field is written as v3 names it and read back"""
        made = await self.locations.create_custom_field(LOCATION, {
            "name": "Fidelity device", "dataType": "TEXT", "model": "contact"})
        field = made["customField"]["id"]
        await self.contacts.update_contact(self.contact, {
            "customFields": [{"id": field, "fieldValue": "Tablet"}]})
        contact = (await self.contacts.get_contact(self.contact))["contact"]
        same([(one["id"], one["value"]) for one in contact["customFields"]], [(field, "Tablet")])

    async def contact_upsert(self):
        """contacts: upsert updates whom it finds and creates whom it does not"""
        answer = await self.contacts.upsert_contact({"locationId": LOCATION, "email": EMAIL, "city": "Burntisland"})
        done(answer)
        same((answer["new"], answer["contact"]["id"]), (False, self.contact))
        other = await self.contacts.upsert_contact({"locationId": LOCATION, "email": "sophie.fidelity@example.com"})
        same(other["new"], True)
        done(await self.contacts.delete_contact(other["contact"]["id"]))

    async def contact_search(self):
        """contacts: the search finds by number and has a cursor"""
        answer = await self.contacts.search_contacts_advanced({
            "locationId": LOCATION, "pageLimit": 5,
            "filters": [{"field": "phone", "operator": "eq", "value": PHONE}]})
        same(answer["total"], 1)
        row = answer["contacts"][0]
        same(row["id"], self.contact)
        same(row["searchAfter"][-1], self.contact)
        answer = await refused(self.contacts.search_contacts_advanced({
            "locationId": LOCATION, "pageLimit": 5,
            "filters": [{"field": "additional_phones", "operator": "eq", "value": PHONE}]}), 400)
        holds(answer["message"].startswith("Invalid field"), answer["message"])

    async def contact_lookup(self):
        """contacts: duplicate look-up"""
        found = await self.contacts.get_duplicate_contact(LOCATION, number=PHONE)
        same(found["contact"]["id"], self.contact)
        found = await self.contacts.get_duplicate_contact(LOCATION, email="nobody@example.com")
        same(found["contact"], None)

    async def contact_tags(self):
        """tags: adding and removing on a contact"""
        answer = await self.contacts.add_tags(self.contact, {"tags": ["Loaner"]})
        same((sorted(answer["tags"]), answer["tagsAdded"]), (["loaner", "vip"], ["loaner"]))
        answer = await self.contacts.remove_tags(self.contact, {"tags": ["VIP"]})
        same((answer["tags"], answer["tagsRemoved"]), (["loaner"], ["vip"]))

    async def location_tags(self):
        """location tags: create, list, get, rename, delete"""
        tag = (await self.locations.create_tag(LOCATION, {"name": "python fidelity"}))["tag"]
        listed = (await self.locations.get_location_tags(LOCATION))["tags"]
        holds(any(one["id"] == tag["id"] for one in listed), "not in the list")
        await self.locations.update_tag(LOCATION, tag["id"], {"name": "python faith"})
        same((await self.locations.get_tag_by_id(LOCATION, tag["id"]))["tag"]["name"], "python faith")
        await self.locations.delete_tag(LOCATION, tag["id"])
        listed = (await self.locations.get_location_tags(LOCATION))["tags"]
        holds(all(one["id"] != tag["id"] for one in listed), "still in the list")

    async def tasks(self):
        """tasks: create, list, get, update, completed, delete"""
        task = (await self.contacts.create_task(self.contact, {
            "title": "Order part", "dueDate": "2030-07-20T10:00:00Z", "completed": False}))["task"]
        key = task["id"]
        same((task["contactId"], task["dueDate"]), (self.contact, "2030-07-20T10:00:00.000Z"))
        listed = (await self.contacts.get_all_tasks(self.contact))["tasks"]
        same([one["id"] for one in listed], [key])
        await self.contacts.update_task(self.contact, key, {"body": "Two of them"})
        await self.contacts.update_task_completed(self.contact, key, {"completed": True})
        task = (await self.contacts.get_task(self.contact, key))["task"]
        same((task["title"], task["body"], task["completed"]), ("Order part", "Two of them", True))
        done(await self.contacts.delete_task(self.contact, key))
        same((await self.contacts.get_all_tasks(self.contact))["tasks"], [])

    async def notes(self):
        """notes: create, list, get, update, delete"""
        note = (await self.contacts.create_note(self.contact, {"body": "Cracked corner"}))["note"]
        key = note["id"]
        same((note["contactId"], note["bodyText"]), (self.contact, "Cracked corner"))
        listed = (await self.contacts.get_all_notes(self.contact))["notes"]
        same([one["id"] for one in listed], [key])
        await self.contacts.update_note(self.contact, key, {"body": "Cracked screen"})
        same((await self.contacts.get_note(self.contact, key))["note"]["body"], "Cracked screen")
        done(await self.contacts.delete_note(self.contact, key))
        same((await self.contacts.get_all_notes(self.contact))["notes"], [])

    async def appointments(self):
        """appointments: create, get, update, list, delete"""
        calendar = (await self.calendars.get_calendars(LOCATION))["calendars"][0]["id"]
        made = await self.calendars.create_appointment({
            "calendarId": calendar, "locationId": LOCATION, "contactId": self.contact, "title": "Pick up",
            "startTime": self.start.strftime("%Y-%m-%dT%H:%M:%SZ"), "ignoreFreeSlotValidation": True,
            "toNotify": False})
        key = made["id"]
        same((made["calendarId"], made["appointmentStatus"]), (calendar, "confirmed"))
        event = (await self.calendars.get_appointment(key))["appointment"]
        same(datetime.fromisoformat(event["startTime"]), self.start)
        await self.calendars.edit_appointment(key, {"appointmentStatus": "cancelled", "toNotify": False})
        ms = int(self.start.timestamp() * 1000)
        events = (await self.calendars.get_calendar_events(
            LOCATION, str(ms), str(ms + 1), calendar_id=calendar))["events"]
        same([one["appointmentStatus"] for one in events if one["id"] == key], ["cancelled"])
        listed = (await self.contacts.get_appointments_for_contact(self.contact))["events"]
        same([one["id"] for one in listed], [key])
        await self.calendars.delete_event(key, {})
        same((await self.calendars.get_appointment(key))["appointment"]["deleted"], True)

    async def slot_taken(self):
        """appointments: a slot outside the open hours is refused"""
        calendar = (await self.calendars.get_calendars(LOCATION))["calendars"][0]["id"]
        night = self.start.replace(hour=2).strftime("%Y-%m-%dT%H:%M:%SZ")
        await refused(self.calendars.create_appointment({
            "calendarId": calendar, "locationId": LOCATION, "contactId": self.contact, "startTime": night}), 400)

    async def blocked_time(self):
        """calendars: a blocked time is listed and deleted"""
        calendar = (await self.calendars.get_calendars(LOCATION))["calendars"][0]["id"]
        end = self.start + timedelta(hours=1)
        block = await self.calendars.create_block_slot({
            "calendarId": calendar, "locationId": LOCATION, "title": "Stocktaking",
            "startTime": self.start.strftime("%Y-%m-%dT%H:%M:%SZ"), "endTime": end.strftime("%Y-%m-%dT%H:%M:%SZ")})
        ms = int(self.start.timestamp() * 1000)
        found = (await self.calendars.get_blocked_slots(LOCATION, str(ms), str(ms + 1), calendar_id=calendar))["events"]
        same([one["id"] for one in found], [block["id"]])
        await self.calendars.delete_event(block["id"], {})

    async def opportunity(self):
        """opportunities: create, search with the names of v3, move, close, delete"""
        pipeline = (await self.opportunities.get_pipelines(LOCATION))["pipelines"][0]
        made = (await self.opportunities.create_opportunity({
            "pipelineId": pipeline["id"], "locationId": LOCATION, "name": "Glass", "status": "open",
            "contactId": self.contact}))["opportunity"]
        key = made["id"]
        found = await self.opportunities.search_opportunity(LOCATION, contact_id=self.contact)
        same([one["id"] for one in found["opportunities"]], [key])
        await self.opportunities.update_opportunity(key, {"pipelineStageId": pipeline["stages"][1]["id"]})
        await self.opportunities.update_opportunity_status(key, {"status": "lost"})
        read = (await self.opportunities.get_opportunity(key))["opportunity"]
        same((read["pipelineStageId"], read["status"]), (pipeline["stages"][1]["id"], "lost"))
        done(await self.opportunities.delete_opportunity(key))

    async def message(self):
        """conversations: a text is sent and read"""
        sent = await self.conversations.send_a_new_message({
            "type": "SMS", "contactId": self.contact, "message": "Ready", "status": "pending"})
        found = await self.conversations.search_conversation(LOCATION, contact_id=self.contact)
        same([one["id"] for one in found["conversations"]], [sent["conversationId"]])
        read = await self.conversations.get_messages(sent["conversationId"])
        same([(one["body"], one["direction"]) for one in read["messages"]], [("Ready", "outbound")])

    async def location(self):
        """location: zone and rules on duplicates"""
        found = (await self.locations.get_location(LOCATION))["location"]
        same(found["id"], LOCATION)
        same(found["settings"]["allowDuplicateContact"], False)
        same(found["settings"]["contactUniqueIdentifiers"], ["email", "phone"])
        holds("/" in found["timezone"], found["timezone"])

    async def strange_location(self):
        """access: a token of another location is refused"""
        strange = TwinHighLevel(private_integration_token=TWIN["other_location_token"], log_level="none")
        answer = await refused(strange.contacts.get_duplicate_contact(LOCATION, number=PHONE), 403)
        holds("does not have access to this location" in answer["message"], answer["message"])

    async def contact_delete(self):
        """contacts: delete, and then 400 instead of 404"""
        done(await self.contacts.delete_contact(self.contact))
        answer = await refused(self.contacts.get_contact(self.contact), 400)
        same(answer["message"], f"Contact not found for id:{self.contact}")

    def checks(self):
        return [
            self.contact_create, self.contact_get, self.contact_duplicate, self.contact_update,
            self.contact_unknown_property, self.custom_field, self.contact_upsert, self.contact_search,
            self.contact_lookup, self.contact_tags, self.location_tags, self.tasks, self.notes,
            self.appointments, self.slot_taken, self.blocked_time, self.opportunity, self.message,
            self.location, self.strange_location, self.contact_delete,
        ]


async def main():
    tally = Tally("Python SDK")
    await tally.run(Scenario().checks())
    return tally


asyncio.run(main()).end()
