# frozen_string_literal: true

module CableChat
  # The time by the database, for deadlines: jobs and actions run on several machines, whose clocks differ, and would judge
  # each other's leases wrongly.
  module DatabaseClock
    module_function

    # SQL for the present moment, in milliseconds since 1970 UTC. Not the beginning of the transaction, which may be long ago.
    def now
      Arel.sql(expression)
    end

    # SQL for the moment in so many seconds.
    def in(seconds)
      Arel.sql(later((seconds * 1000).to_i))
    end

    def expression
      case Message.connection_db_config.adapter
      when /sqlite/ then "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
      when /postg/ then "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)"
      when /mysql|trilogy/ then "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)"
      else raise ConfigError, "CableChat does not know how to ask this database for its time: add it to #{__FILE__}."
      end
    end

    def later(milliseconds)
      "#{expression} + #{milliseconds}"
    end
    private_class_method :expression, :later
  end
end
