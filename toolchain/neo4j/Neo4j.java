import static org.neo4j.configuration.GraphDatabaseSettings.default_listen_address;
import static org.neo4j.configuration.GraphDatabaseSettings.pagecache_memory;
import static org.neo4j.configuration.GraphDatabaseSettings.udc_enabled;
import static org.neo4j.io.ByteUnit.mebiBytes;

import java.nio.file.Paths;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/** A database in a folder that speaks Bolt on loopback, until it is ended: the libraries of Neo4j bring no program. */
public final class Neo4j {
    public static void main(String[] arguments) {
        SocketAddress loopback = new SocketAddress("127.0.0.1", Integer.parseInt(arguments[1]));
        DatabaseManagementService databases = new DatabaseManagementServiceBuilder(Paths.get(arguments[0]))
                .setConfig(default_listen_address, new SocketAddress("127.0.0.1"))
                .setConfig(pagecache_memory, mebiBytes(256))
                .setConfig(udc_enabled, false)
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, loopback)
                .setConfig(BoltConnector.advertised_address, loopback)
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(databases::shutdown));
    }
}
