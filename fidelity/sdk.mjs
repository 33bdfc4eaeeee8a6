// The official TypeScript SDK against the HighLevel twin, in the dated generation (highlevel-api.md 15).
//
// The SDK has no option for its address; the class constant is read at construction.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Tally } from './tally.mjs';

const require = createRequire(join(process.env.FIDELITY_HOME, 'package.json'));
const { HighLevel } = require('@gohighlevel/api-client');

const twin = JSON.parse(process.env.FIDELITY_TWIN).highlevel;
const locationId = twin.location_id;
const HOUR = 3_600_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ID = /^[0-9A-Za-z]{20}$/;

HighLevel.BASE_URL = twin.base_url;
const sdk = (token) => new HighLevel({ privateIntegrationToken: token, logLevel: 'none' });
const { contacts, locations, calendars, opportunities, conversations } = sdk(twin.token);
const tally = new Tally('TypeScript SDK');

/** The refusal that a call must meet. */
async function refused(call, status) {
  try {
    await call;
  } catch (error) {
    assert.equal(error.statusCode, status, `refused with ${error.statusCode}: ${error.message}`);
    return error.response?.data ?? error.response;
  }
  throw new Error(`was not refused with ${status}`);
}

function done(answer) {
  assert.equal(answer.succeded, true);
  assert.equal(answer.succeeded, true);
  assert.match(answer.traceId, UUID);
}

const email = 'Ada.Fidelity@Example.com';
const phone = '+447700900123';
let contactId;
let taskId;
let noteId;
let tagId;
let eventId;

// ---- contacts

await tally.check('contacts: create answers the whole contact', async () => {
  const answer = await contacts.createContact({
    locationId, firstName: 'Ada', lastName: 'Byron', email, phone, tags: ['VIP'],
    dndSettings: { Email: { status: 'active' } },
  });
  assert.match(answer.traceId, UUID);
  contactId = answer.contact.id;
  assert.match(contactId, ID);
  assert.equal(answer.contact.locationId, locationId);
  assert.equal(answer.contact.emailLowerCase, email.toLowerCase());
  assert.deepEqual(answer.contact.tags, ['vip']);
});

await tally.check('contacts: get reads back what was written', async () => {
  const { contact } = await contacts.getContact({ contactId });
  assert.equal(contact.id, contactId);
  assert.equal(contact.firstName, 'Ada');
  assert.equal(contact.lastName, 'Byron');
  assert.equal(contact.phone, phone);
  assert.equal(contact.dndSettings.Email.status, 'active', 'dated channels have capitals');
});

await tally.check('contacts: a duplicate is refused and names the first', async () => {
  const answer = await refused(
    contacts.createContact({ locationId, firstName: 'Eda', email: email.toLowerCase() }), 400);
  assert.equal(answer.statusCode, 400);
  assert.equal(answer.meta.contactId, contactId);
  assert.equal(answer.meta.matchingField, 'email');
});

await tally.check('contacts: update changes only what was sent', async () => {
  const answer = await contacts.updateContact({ contactId }, { lastName: 'Lovelace' });
  done(answer);
  assert.equal(answer.contact.lastName, 'Lovelace');
  const { contact } = await contacts.getContact({ contactId });
  assert.deepEqual([contact.firstName, contact.lastName, contact.phone], ['Ada', 'Lovelace', phone]);
});

await tally.check('contacts: update refuses an undocumented property', async () => {
  const answer = await refused(contacts.updateContact({ contactId }, { locationId }), 422);
  assert.deepEqual(answer.message, ['property locationId should not exist']);
});

await tally.check('contacts: upsert finds the contact by e-mail', async () => {
  const answer = await contacts.upsertContact({ locationId, email, city: 'London' });
  done(answer);
  assert.equal(answer.new, false);
  assert.equal(answer.contact.id, contactId);
  assert.equal((await contacts.getContact({ contactId })).contact.city, 'London');
});

await tally.check('contacts: upsert creates whom it does not find', async () => {
  const answer = await contacts.upsertContact({ locationId, email: 'grace.fidelity@example.com' });
  assert.equal(answer.new, true);
  assert.notEqual(answer.contact.id, contactId);
  done(await contacts.deleteContact({ contactId: answer.contact.id }));
});

await tally.check('contacts: the search finds by e-mail and has a cursor', async () => {
  const answer = await contacts.searchContactsAdvanced({
    locationId, pageLimit: 10,
    filters: [{ field: 'email', operator: 'eq', value: email.toLowerCase() }],
    sort: [{ field: 'dateUpdated', direction: 'asc' }],
  });
  assert.equal(answer.total, 1);
  assert.equal(answer.contacts[0].id, contactId);
  assert.equal(answer.contacts[0].contactName, 'ada lovelace');
  assert.equal(answer.contacts[0].searchAfter.at(-1), contactId);
  const beyond = await contacts.searchContactsAdvanced({
    locationId, pageLimit: 10, searchAfter: answer.contacts[0].searchAfter,
    filters: [{ field: 'email', operator: 'eq', value: email.toLowerCase() }],
    sort: [{ field: 'dateUpdated', direction: 'asc' }],
  });
  assert.deepEqual(beyond.contacts, []);
});

await tally.check('contacts: the search wants a page size', async () => {
  const answer = await refused(contacts.searchContactsAdvanced({ locationId }), 422);
  assert.ok(Array.isArray(answer.message));
});

await tally.check('contacts: duplicate look-up by number and by e-mail', async () => {
  const byNumber = await contacts.getDuplicateContact({ locationId, number: phone });
  assert.equal(byNumber.contact.id, contactId, 'the plus sign must survive');
  const byEmail = await contacts.getDuplicateContact({ locationId, email: email.toUpperCase() });
  assert.equal(byEmail.contact.id, contactId);
  const nobody = await contacts.getDuplicateContact({ locationId, email: 'nobody@example.com' });
  assert.equal(nobody.contact, null);
});

// ---- tags

await tally.check('tags: adding keeps the others and lower-cases', async () => {
  const answer = await contacts.addTags({ contactId }, { tags: ['Repair Due', 'vip'] });
  assert.deepEqual([...answer.tags].sort(), ['repair due', 'vip']);
  assert.deepEqual(answer.tagsAdded, ['repair due']);
});

await tally.check('tags: removing takes a body on DELETE', async () => {
  const answer = await contacts.removeTags({ contactId }, { tags: ['vip', 'absent'] });
  assert.deepEqual(answer.tags, ['repair due']);
  assert.deepEqual(answer.tagsRemoved, ['vip']);
  assert.deepEqual((await contacts.getContact({ contactId })).contact.tags, ['repair due']);
});

await tally.check('location tags: create, list, get, rename, delete', async () => {
  const created = await locations.createTag({ locationId }, { name: 'Loaner Phone' });
  tagId = created.tag.id;
  assert.equal(created.tag.locationId, locationId);
  const { tags } = await locations.getLocationTags({ locationId });
  assert.ok(tags.some((tag) => tag.id === tagId));
  assert.ok(tags.some((tag) => tag.name === 'repair due'), 'the dictionary learns from contacts');
  const renamed = await locations.updateTag({ locationId, tagId }, { name: 'loaner tablet' });
  assert.equal(renamed.tag.name, 'loaner tablet');
  assert.equal((await locations.getTagById({ locationId, tagId })).tag.name, 'loaner tablet');
  await locations.deleteTag({ locationId, tagId });
  const left = await locations.getLocationTags({ locationId });
  assert.ok(!left.tags.some((tag) => tag.id === tagId));
});

// ---- tasks

await tally.check('tasks: create answers the task', async () => {
  const { task } = await contacts.createTask({ contactId }, {
    title: 'Call back', body: 'Screen arrived', dueDate: '2030-07-20T10:00:00Z', completed: false,
  });
  taskId = task.id;
  assert.match(taskId, ID);
  assert.equal(task.contactId, contactId);
  assert.equal(task.dueDate, '2030-07-20T10:00:00.000Z');
});

await tally.check('tasks: create names what is missing', async () => {
  const answer = await refused(contacts.createTask({ contactId }, { title: 'No date' }), 422);
  assert.ok(answer.message.some((line) => line.includes('dueDate')), answer.message.join());
});

await tally.check('tasks: list and get', async () => {
  const { tasks } = await contacts.getAllTasks({ contactId });
  assert.deepEqual(tasks.map((task) => task.id), [taskId]);
  const { task } = await contacts.getTask({ contactId, taskId });
  assert.deepEqual([task.title, task.body, task.completed], ['Call back', 'Screen arrived', false]);
  assert.ok(!('assignedTo' in task), 'what is empty is left out');
});

await tally.check('tasks: update and completed', async () => {
  const updated = await contacts.updateTask({ contactId, taskId }, { title: 'Call again' });
  assert.equal(updated.task.title, 'Call again');
  assert.equal(updated.task.body, 'Screen arrived');
  await contacts.updateTaskCompleted({ contactId, taskId }, { completed: true });
  assert.equal((await contacts.getTask({ contactId, taskId })).task.completed, true);
});

await tally.check('tasks: the search over the location has it', async () => {
  const { tasks } = await locations.taskSearch({ locationId }, { contactId: [contactId], limit: 10 });
  assert.equal(tasks.length, 1);
  assert.equal(tasks[0]._id, taskId);
  assert.equal(tasks[0].completed, true);
});

await tally.check('tasks: delete', async () => {
  done(await contacts.deleteTask({ contactId, taskId }));
  assert.deepEqual((await contacts.getAllTasks({ contactId })).tasks, []);
  await refused(contacts.getTask({ contactId, taskId }), 400);
});

// ---- notes

await tally.check('notes: create, list, get', async () => {
  const { note } = await contacts.createNote({ contactId }, { body: 'Prefers text messages' });
  noteId = note.id;
  assert.equal(note.contactId, contactId);
  assert.equal(note.bodyText, 'Prefers text messages');
  const { notes } = await contacts.getAllNotes({ contactId });
  assert.deepEqual(notes.map((one) => one.id), [noteId]);
  assert.equal((await contacts.getNote({ contactId, id: noteId })).note.body, 'Prefers text messages');
});

await tally.check('notes: a contact id in the body is refused', async () => {
  const answer = await refused(contacts.createNote({ contactId }, { body: 'x', contactId }), 422);
  assert.deepEqual(answer.message, ['property contactId should not exist']);
});

await tally.check('notes: update and delete', async () => {
  await contacts.updateNote({ contactId, id: noteId }, { body: 'Prefers calls' });
  assert.equal((await contacts.getNote({ contactId, id: noteId })).note.body, 'Prefers calls');
  done(await contacts.deleteNote({ contactId, id: noteId }));
  assert.deepEqual((await contacts.getAllNotes({ contactId })).notes, []);
});

// ---- appointments

const start = new Date(Math.ceil(Date.now() / HOUR) * HOUR + 48 * HOUR);
const instant = (date) => date.toISOString().replace('.000Z', 'Z');
let calendarId;

await tally.check('calendars: list', async () => {
  const answer = await calendars.getCalendars({ locationId });
  assert.ok(answer.calendars.length > 0);
  calendarId = answer.calendars[0].id;
  assert.equal(answer.calendars[0].locationId, locationId);
});

await tally.check('appointments: create answers flat', async () => {
  const answer = await calendars.createAppointment({
    calendarId, locationId, contactId, title: 'Drop off', startTime: instant(start),
    endTime: instant(new Date(start.getTime() + HOUR)), ignoreFreeSlotValidation: true, toNotify: false,
  });
  eventId = answer.id;
  assert.match(eventId, ID);
  assert.equal(answer.contactId, contactId);
  assert.equal(answer.appoinmentStatus, 'confirmed', 'misspelt, as the vendor does');
});

await tally.check('appointments: get has the real envelope and exact times', async () => {
  const { appointment } = await calendars.getAppointment({ eventId });
  assert.equal(appointment.id, eventId);
  assert.equal(Date.parse(appointment.startTime), start.getTime());
  assert.equal(Date.parse(appointment.endTime), start.getTime() + HOUR);
  assert.equal(appointment.deleted, false);
});

await tally.check('appointments: update and the calendar window', async () => {
  const later = new Date(start.getTime() + 2 * HOUR);
  await calendars.editAppointment({ eventId }, {
    startTime: instant(later), appointmentStatus: 'showed', ignoreFreeSlotValidation: true, toNotify: false,
  });
  const { events } = await calendars.getCalendarEvents({
    locationId, calendarId, startTime: String(later.getTime() - 1), endTime: String(later.getTime() + 1),
  });
  const event = events.find((one) => one.id === eventId);
  assert.ok(event, 'moved into the window');
  assert.equal(event.appointmentStatus, 'showed');
  assert.equal(Date.parse(event.endTime) - Date.parse(event.startTime), HOUR, 'moving keeps the length');
  const own = await contacts.getAppointmentsForContact({ contactId });
  assert.deepEqual(own.events.map((one) => one.id), [eventId]);
});

await tally.check('appointments: a deleted one is still there, and says so', async () => {
  const answer = await calendars.deleteEvent({ eventId }, {});
  assert.equal(answer.succeeded, true);
  assert.equal((await calendars.getAppointment({ eventId })).appointment.deleted, true);
  assert.deepEqual((await contacts.getAppointmentsForContact({ contactId })).events, []);
});

await tally.check('appointments: notes of their own', async () => {
  const { note } = await calendars.createAppointmentNote({ appointmentId: eventId }, { body: 'Brings the charger' });
  const listed = await calendars.getAppointmentNotes({ appointmentId: eventId, limit: 10, offset: 0 });
  assert.deepEqual([listed.notes.map((one) => one.id), listed.hasMore], [[note.id], false]);
  await calendars.deleteAppointmentNote({ appointmentId: eventId, noteId: note.id });
});

await tally.check('calendars: a blocked time is listed, moved and deleted', async () => {
  const block = await calendars.createBlockSlot({
    calendarId, locationId, title: 'Stocktaking', startTime: instant(start), endTime: instant(new Date(start.getTime() + HOUR)),
  });
  assert.match(block.id, ID);
  const window = { locationId, calendarId, startTime: String(start.getTime()), endTime: String(start.getTime() + HOUR) };
  assert.deepEqual((await calendars.getBlockedSlots(window)).events.map((one) => one.id), [block.id]);
  const moved = await calendars.editBlockSlot({ eventId: block.id }, {
    calendarId, locationId, endTime: instant(new Date(start.getTime() + 2 * HOUR)),
  });
  assert.equal(Date.parse(moved.endTime), start.getTime() + 2 * HOUR);
  await calendars.deleteEvent({ eventId: block.id }, {});
  assert.deepEqual((await calendars.getBlockedSlots(window)).events, []);
});

// ---- opportunities and messages

await tally.check('opportunities: from the pipeline to the end', async () => {
  const [pipeline] = (await opportunities.getPipelines({ locationId })).pipelines;
  const { opportunity } = await opportunities.createOpportunity({
    pipelineId: pipeline.id, locationId, name: 'Screen', status: 'open', contactId, monetaryValue: 90,
  });
  const { id } = opportunity;
  assert.equal(opportunity.pipelineStageId, pipeline.stages[0].id);
  await opportunities.updateOpportunity({ id }, { pipelineStageId: pipeline.stages[1].id });
  await opportunities.updateOpportunityStatus({ id }, { status: 'won' });
  const read = (await opportunities.getOpportunity({ id })).opportunity;
  assert.deepEqual([read.pipelineStageId, read.status, read.contact.id], [pipeline.stages[1].id, 'won', contactId]);
  const found = await opportunities.searchOpportunitiesAdvanced({
    locationId, query: 'screen', limit: 20, page: 1, searchAfter: [], additionalDetails: { notes: true },
  });
  assert.ok(found.opportunities.some((one) => one.id === id));
  const own = await opportunities.searchOpportunity({ locationId, contactId });
  assert.deepEqual(own.opportunities.map((one) => one.id), [id], 'asked with the names of the dated generation');
  const upserted = await opportunities.upsertOpportunity({ id, pipelineId: pipeline.id, locationId, name: 'Glass' });
  assert.deepEqual([upserted.new, upserted.opportunity.name], [false, 'Glass']);
  assert.equal((await opportunities.deleteOpportunity({ id })).succeded, true);
  await refused(opportunities.getOpportunity({ id }), 400);
});

await tally.check('conversations: a text is sent and read, and refused where nobody wants it', async () => {
  const sent = await conversations.sendANewMessage({ type: 'SMS', contactId, message: 'Ready', status: 'pending' });
  assert.match(sent.messageId, ID);
  const { conversationId } = sent;
  const found = await conversations.searchConversation({ locationId, contactId });
  assert.deepEqual(found.conversations.map((one) => one.id), [conversationId]);
  const { messages } = await conversations.getMessages({ conversationId });
  assert.deepEqual(messages.map((one) => [one.body, one.direction]), [['Ready', 'outbound']]);
  await refused(conversations.sendANewMessage({ type: 'Email', contactId, html: 'Ready', status: 'pending' }), 400);
});

// ---- refusals and the end

await tally.check('access: a strange token and a token without the scope', async () => {
  const strange = await refused(sdk('pit-00000000-0000-4000-8000-000000000000').contacts.getContact({ contactId }), 401);
  assert.equal(strange.message, 'Invalid Private Integration token');
  const reader = sdk(twin.read_only_token).contacts;
  assert.equal((await reader.getContact({ contactId })).contact.id, contactId);
  const answer = await refused(reader.updateContact({ contactId }, { city: 'Leeds' }), 401);
  assert.match(answer.message, /not authorized for this scope/);
});

await tally.check('contacts: delete, and then 400 instead of 404', async () => {
  done(await contacts.deleteContact({ contactId }));
  const answer = await refused(contacts.getContact({ contactId }), 400);
  assert.equal(answer.message, `Contact not found for id:${contactId}`);
  const below = await refused(contacts.getAllTasks({ contactId }), 400);
  assert.equal(below.message, `Contact with id ${contactId} not found`);
});

await tally.check('version: a date that was never published is refused', async () => {
  const wrong = new HighLevel({ privateIntegrationToken: twin.token, apiVersion: '2020-01-01', logLevel: 'none' });
  const answer = await refused(wrong.contacts.getContact({ contactId }), 401);
  assert.equal(answer.message, 'version header is invalid');
});

tally.end();
