#!/bin/sh
exec java $KAFKA_HEAP_OPTS -Dlog4j2.level=INFO -cp '/opt/kafka/libs/*' kafka.Kafka "$@"
