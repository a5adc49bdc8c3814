import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import type { Certificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { dockerHost, engineImage, startContainer } from './start-container.ts';

export const kafkaImage = engineImage('Apache Kafka', 'TRUNKLINE_TEST_KAFKA_IMAGE', 'apache/kafka:4.1.1');

export type KafkaContainer = {
  readonly container: StartedTestContainer;
  /** host:port without TLS and login. */
  readonly address: string;
  /** host:port with TLS, for the user of `kafkaLogin` by PLAIN or SCRAM. */
  readonly secureAddress: string;
};

export const kafkaLogin = { username: 'trunkline', password: 'kafka-password' } as const;

const folder = '/tmp/trunkline';
const ports = { plain: 9092, controller: 9093, secure: 9094 } as const;

/**
 * One broker that is its own controller. Clients are told its addresses by the broker, so these must be known before it
 * starts: the ports on the host are chosen here, and stay when the container is started again.
 */
export const startKafkaContainer = async (certificates: Certificates): Promise<KafkaContainer> => {
  const host = await dockerHost();
  const [plain, secure] = [await freePort(), await freePort()];
  const address = `${host}:${plain}`;
  const secureAddress = `${host}:${secure}`;
  const container = new GenericContainer(kafkaImage.image)
    .withEnvironment({ KAFKA_HEAP_OPTS: '-Xmx512m' })
    .withExposedPorts({ container: ports.plain, host: plain }, { container: ports.secure, host: secure })
    .withCopyContentToContainer([
      { target: `${folder}/server.properties`, content: properties(address, secureAddress) },
      { target: `${folder}/server.pem`, content: certificates.serverKey + certificates.serverCertificate },
    ])
    .withEntrypoint([
      '/bin/sh',
      '-c',
      `${format} && exec /opt/kafka/bin/kafka-server-start.sh ${folder}/server.properties`,
    ])
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/));
  return { container: await startContainer(kafkaImage, container), address, secureAddress };
};

/** SCRAM users are part of the format; a formatted log is left as it is when the container starts again. */
const format = [
  `/opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t 4L6g3nShT-eMCtK--X86sw -c ${folder}/server.properties`,
  ...['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
    (mechanism) => `--add-scram '${mechanism}=[name=${kafkaLogin.username},password=${kafkaLogin.password}]'`,
  ),
].join(' ');

const properties = (address: string, secureAddress: string): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:${ports.controller}
controller.listener.names=CONTROLLER
listeners=PLAIN://:${ports.plain},SECURE://:${ports.secure},CONTROLLER://localhost:${ports.controller}
advertised.listeners=PLAIN://${address},SECURE://${secureAddress}
listener.security.protocol.map=PLAIN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAIN
log.dirs=${folder}/log
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
ssl.keystore.type=PEM
ssl.keystore.location=${folder}/server.pem
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${kafkaLogin.username}="${kafkaLogin.password}";
listener.name.secure.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secure.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
`;
