import { afterEach, beforeEach } from 'mocha';
import { FakeServer } from './fakeServer.ts';
import { Person, type PersonChange } from './people.ts';

/** A server and the people of one test. Whoever comes first is the host whom the invites of the others name. */
class Room {
  server = new FakeServer();
  /** Those who leave when the test is over: who was killed may be taken out. */
  people: Person[] = [];

  /** Opens a page, which goes nowhere yet. */
  readonly open = async (name: string, change: PersonChange = {}): Promise<Person> => {
    const host = this.people[0]?.identity.id;
    const person = await Person.open(this.server, name, { ...(host ? { hostId: host } : {}), ...change });
    this.people.push(person);
    return person;
  };

  /** Opens a page and goes in. */
  readonly enter = async (name: string, change: PersonChange = {}): Promise<Person> =>
    (await this.open(name, change)).enter();

  /** Alice, who may open the room, is in. */
  readonly host = (change: PersonChange = {}): Promise<Person> =>
    this.enter('Alice', { mayOpen: true, ...change });

  /** Alice, the host, and Bob see each other. */
  readonly two = async (change: PersonChange = {}): Promise<[Person, Person]> => {
    const [alice, bob] = [await this.host(change), await this.enter('Bob', change)];
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    return [alice, bob];
  };

  /** Alice, the host, Bob and Carol see each other. */
  readonly three = async (change: PersonChange = {}): Promise<[Person, Person, Person]> => {
    const [alice, bob, carol] = [
      await this.host(change),
      await this.enter('Bob', change),
      await this.enter('Carol', change),
    ];
    await Person.agree([alice, bob, carol], 'Alice@0 Bob@1 Carol@2');
    return [alice, bob, carol];
  };
}

/** A room for the tests of the `describe` that this is called in, empty again for each of them. */
export function roomOfEachTest(): Room {
  const room = new Room();
  beforeEach(() => Object.assign(room, { server: new FakeServer(), people: [] }));
  afterEach(async () => {
    await Promise.all(room.people.map((person) => person.mesh.leave(false)));
  });
  return room;
}
